import Hummingbird
import Logging
import OTLP
import OTLPTransport
import ServiceLifecycle
import Synchronization

/// Keeps what is logged.
final class LoggedLines: Sendable {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(lines: self) }
    }

    private struct Handler: LogHandler {
        let lines: LoggedLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.notice

        init(lines: LoggedLines) {
            self.lines = lines
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.kept.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}

private let silence = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// Runs a receiver on a free port until the body returns.
func withReceiver<Result: Sendable>(
    _ sink: any TelemetrySink,
    clock: WallClock = WallClock(),
    limits: OTLPRoutes.Limits = OTLPRoutes.Limits(),
    token: BearerToken? = nil,
    tap: OTLPTap? = nil,
    logger: Logger? = nil,
    configuration: OTLPReceiver.Configuration = .init(port: 0),
    addRoutes: (Router<BasicRequestContext>) -> Void = { _ in },
    _ body: (OTLPEndpoint) async throws -> Result
) async throws -> Result {
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    let receiver = OTLPReceiver(
        intake: ExportIntake(
            sink: sink,
            clock: clock,
            limits: limits,
            token: token,
            tap: tap,
            logger: logger ?? silence
        ),
        configuration: configuration,
        logger: silence,
        addRoutes: addRoutes,
        onListening: { continuation.yield($0) }
    )
    return try await withService(receiver, ports, continuation, body)
}

/// Runs a receiver of gRPC on a free port until the body returns.
func withGRPCReceiver<Result: Sendable>(
    _ sink: any TelemetrySink,
    limits: OTLPRoutes.Limits = OTLPRoutes.Limits(),
    token: BearerToken? = nil,
    tap: OTLPTap? = nil,
    logger: Logger? = nil,
    configuration: OTLPReceiver.Configuration = .init(port: 0),
    _ body: (OTLPEndpoint) async throws -> Result
) async throws -> Result {
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    let receiver = OTLPGRPCReceiver(
        intake: ExportIntake(
            sink: sink,
            clock: WallClock(),
            limits: limits,
            token: token,
            tap: tap,
            logger: logger ?? silence
        ),
        configuration: configuration,
        onListening: { continuation.yield($0) }
    )
    return try await withService(receiver, ports, continuation, body)
}

private func withService<Result: Sendable>(
    _ service: some Service,
    _ ports: AsyncStream<Int>,
    _ continuation: AsyncStream<Int>.Continuation,
    _ body: (OTLPEndpoint) async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { continuation.finish() }
            try await service.run()
        }
        var iterator = ports.makeAsyncIterator()
        guard let port = await iterator.next() else {
            try await group.waitForAll()
            throw CancellationError()
        }
        let result = try await body(OTLPEndpoint("http://127.0.0.1:\(port)"))
        group.cancelAll()
        return result
    }
}

/// Runs a sender until the body returns.
func withSender<Result: Sendable>(
    to endpoint: OTLPEndpoint,
    _ configuration: OTLPSender.Configuration = .init(),
    _ body: (OTLPSender) async throws -> Result
) async throws -> Result {
    let sender = OTLPSender(endpoint: endpoint, configuration: configuration)
    do {
        let result = try await body(sender)
        await sender.close()
        return result
    } catch {
        await sender.close()
        throw error
    }
}
