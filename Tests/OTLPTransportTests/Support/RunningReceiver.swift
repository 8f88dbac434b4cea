import Hummingbird
import Logging
import OTLP
import OTLPTransport

/// Runs a receiver on a free port until the body returns.
func withReceiver<Result: Sendable>(
    _ sink: RecordingSink,
    clock: WallClock = WallClock(),
    limits: OTLPRoutes.Limits = OTLPRoutes.Limits(),
    addRoutes: (Router<BasicRequestContext>) -> Void = { _ in },
    _ body: (OTLPEndpoint) async throws -> Result
) async throws -> Result {
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    let receiver = OTLPReceiver(
        sink: sink,
        clock: clock,
        configuration: .init(port: 0, limits: limits),
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        addRoutes: addRoutes,
        onListening: { continuation.yield($0) }
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { continuation.finish() }
            try await receiver.run()
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
