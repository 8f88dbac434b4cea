import CorpusStore
import Foundation
import Lifecycle
import LoadGenerator
import Logging
public import OTLP
import OTLPTransport
import Orders
import ServiceLifecycle
import Synchronization
import TelemetryBackends

/// Makes one recording: an OTLP receiver in front of a corpus and, unless only others are recorded,
/// the order service under load, joined to it by real sockets.
///
/// The parts end one after the other, so that nothing is lost between them: the load, the service,
/// the export of its telemetry, the receiver, the corpus.
public final class Recorder: Sendable {
    private let configuration: RecordingConfiguration
    private let clock: WallClock
    private let logger: Logger
    private let notices: Logger
    private let onListening: @Sendable (_ line: String) -> Void
    private let stopping = StopSignal()
    private let running = Mutex(Running())

    private struct Running {
        var writer: CorpusWriter?
        var load: OpenLoopLoad?
        var isListening = false
    }

    /// A recorder for one ``run()``.
    ///
    /// - Parameters:
    ///   - configuration: What to record, and into which file.
    ///   - clock: Gives the arrivals.
    ///   - onListening: Told, in a line each, where others can send their telemetry.
    ///   - onNotice: Told, in a line each, of what clients sent in vain, without anything of it.
    public init(
        _ configuration: RecordingConfiguration,
        clock: WallClock,
        onListening: @escaping @Sendable (_ line: String) -> Void = { _ in },
        onNotice: @escaping @Sendable (_ line: String) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.clock = clock
        self.onListening = onListening
        logger = Logger(label: "record") { _ in SwiftLogNoOpLogHandler() }
        notices = Logger(label: "record") { _ in NoticeHandler(onNotice: onNotice) }
    }

    /// Ends the recording early and in order.
    public func stop() {
        stopping.stop()
    }

    /// How the recording stands, in one line.
    public var progressLine: String {
        let running = running.withLock { $0 }
        let totals = running.writer?.totals ?? CorpusTotals()
        return RecordingProgress.line(
            totals,
            load: running.load?.progress.line,
            isListening: running.isListening
        )
    }

    /// Records until the load has ended, the duration is over or ``stop()`` is called.
    ///
    /// - Returns: what was recorded; the corpus is complete.
    /// - Throws: an error that names the file, address or setting that is in the way, in which case
    ///   no file was made or replaced.
    public func run() async throws -> RecordingReport {
        try await checkPorts()
        let writer = try CorpusWriter(configuration.corpus, clock: clock)
        running.withLock { $0.writer = writer }
        let outcome: Outcome
        do {
            outcome = try await record(into: writer)
        } catch {
            // What was recorded until then is kept; a file that never held anything is not.
            let totals = try? await writer.finish()
            if totals?.requests == 0 {
                try? FileManager.default.removeItem(atPath: configuration.corpus.path)
            }
            throw error
        }
        let totals = try await writer.finish()
        return RecordingReport(
            corpus: configuration.corpus.path,
            load: outcome.load,
            telemetry: outcome.telemetry,
            totals: totals,
            refusedRequests: writer.refusedRequests,
            forwarding: outcome.forwarding,
            wasStopped: stopping.isStopped
        )
    }

    private struct Outcome: Sendable {
        var load: LoadReport?
        var telemetry: TelemetryCounts?
        var forwarding: RecordingReport.Forwarding?
    }

    /// Finds out that a port is taken before a file is made or replaced.
    private func checkPorts() async throws {
        let reception = configuration.reception
        var addresses = [reception.http, reception.grpc].compactMap { $0 }
            .map { ($0.host, $0.port) }
        if let orders = configuration.orders { addresses.append(("127.0.0.1", orders.port)) }
        for (host, port) in addresses {
            try await OTLPEndpoint.requireUnused(host: host, port: port)
        }
    }

    private func record(into writer: CorpusWriter) async throws -> Outcome {
        let reception = configuration.reception
        guard let endpoint = reception.forward else {
            return try await record(into: writer, tap: nil)
        }
        let tap = OTLPTap(to: endpoint, sink: writer, limits: reception.limits)
        async let recording: Void = tap.record()
        let result: Result<Outcome, any Error>
        do {
            result = .success(try await record(into: writer, tap: tap))
        } catch {
            result = .failure(error)
        }
        await tap.finish()
        await recording
        var outcome = try result.get()
        outcome.forwarding = RecordingReport.Forwarding(endpoint, tap.counts)
        return outcome
    }

    private func record(into writer: CorpusWriter, tap: OTLPTap?) async throws -> Outcome {
        let intake = ExportIntake(
            sink: writer,
            clock: clock,
            limits: configuration.reception.limits,
            token: configuration.reception.token,
            tap: tap,
            logger: notices
        )
        return try await receivingGRPC(intake) { [self] in
            guard let orders = configuration.orders else {
                await stopping.wait(atMost: configuration.duration)
                return Outcome()
            }
            // Apart from the addresses for others, since it needs neither TLS nor a token.
            return try await withListening { onListening in
                OTLPReceiver(
                    sink: writer,
                    clock: clock,
                    configuration: .init(port: 0),
                    logger: logger,
                    onListening: onListening
                )
            } _: { [self] port in
                try await record(orders, receiverPort: port)
            }
        }
    }

    private func receivingGRPC(
        _ intake: ExportIntake,
        _ body: @Sendable @escaping () async throws -> Outcome
    ) async throws -> Outcome {
        let reception = configuration.reception
        guard let address = reception.grpc else { return try await receivingHTTP(intake, body) }
        return try await withListening { onListening in
            OTLPGRPCReceiver(
                intake: intake,
                configuration: reception.configuration(address),
                onListening: onListening
            )
        } _: { [self] port in
            tell(of: address, port, protocol: "gRPC")
            return try await receivingHTTP(intake, body)
        }
    }

    private func receivingHTTP(
        _ intake: ExportIntake,
        _ body: @Sendable @escaping () async throws -> Outcome
    ) async throws -> Outcome {
        let reception = configuration.reception
        guard let address = reception.http else { return try await body() }
        return try await withListening { onListening in
            OTLPReceiver(
                intake: intake,
                configuration: reception.configuration(address),
                logger: logger,
                onListening: onListening
            )
        } _: { [self] port in
            tell(of: address, port, protocol: "HTTP")
            return try await body()
        }
    }

    private func tell(of address: Reception.Address, _ port: Int, protocol name: String) {
        let scheme = configuration.reception.tls == nil ? "http" : "https"
        let authority = OTLPEndpoint.authority(host: address.host, port: port)
        onListening("listening for OTLP/\(name) on \(scheme)://\(authority)")
        running.withLock { $0.isListening = true }
    }

    private func record(
        _ orders: RecordingConfiguration.Orders,
        receiverPort: Int
    ) async throws -> Outcome {
        let telemetry = Telemetry(
            configuration: try telemetryConfiguration(orders, receiverPort: receiverPort)
        )
        return try await withRunning(telemetry) { [self] in
            let load = try await withListening { onListening in
                var service = OrderServiceConfiguration()
                service.port = orders.port
                service.failureRate = orders.failureRate
                service.timeScale = orders.timeScale
                service.seed = orders.load.seed
                return try OrderService(
                    configuration: service,
                    logger: Logger(label: "orders", factory: telemetry.makeLogHandler),
                    metrics: telemetry.metricsFactory,
                    tracer: telemetry.tracer,
                    onListening: onListening
                )
            } _: { [self] port in
                try await apply(orders.load, port: port)
            }
            await telemetry.flush()
            return Outcome(load: load, telemetry: telemetry.counts)
        }
    }

    private func telemetryConfiguration(
        _ orders: RecordingConfiguration.Orders,
        receiverPort: Int
    ) throws -> TelemetryConfiguration {
        var telemetry = try TelemetryConfiguration(
            environment: ProcessInfo.processInfo.environment,
            serviceName: "order-service",
            endpoint: "http://127.0.0.1:\(receiverPort)"
        )
        // A recording that drops telemetry is worth little, and memory is at hand.
        let environment = ProcessInfo.processInfo.environment
        if environment["OTEL_BSP_MAX_QUEUE_SIZE"] == nil {
            telemetry.traces.maximumQueueSize = 65_536
        }
        if environment["OTEL_BLRP_MAX_QUEUE_SIZE"] == nil {
            telemetry.logs.maximumQueueSize = 131_072
        }
        telemetry.metrics.maximumQueueSize = 131_072
        telemetry.metricDescriptions = OrderMetrics.descriptions.mapValues {
            TelemetryBackends.MetricDescription(unit: $0.unit, description: $0.description)
        }
        if let interval = orders.metricInterval {
            telemetry.metricsMode = .aggregated(interval: interval)
        }
        return telemetry
    }

    /// Runs the load against the order service; ``stop()`` ends it early.
    private func apply(_ configuration: LoadConfiguration, port: Int) async throws -> LoadReport {
        let load = OpenLoopLoad(
            try LoadConfiguration(
                target: "http://127.0.0.1:\(port)",
                ordersPerSecond: configuration.ordersPerSecond,
                duration: configuration.duration,
                maxConcurrent: configuration.maxConcurrent,
                arrivals: configuration.arrivals,
                seed: configuration.seed
            )
        )
        running.withLock { $0.load = load }
        let report = Mutex<LoadReport?>(nil)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: ClosureService {
                            let result = try await load.run()
                            report.withLock { $0 = result }
                        },
                        successTerminationBehavior: .gracefullyShutdownGroup
                    )
                ],
                logger: logger
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [stopping] in
                await stopping.wait(atMost: nil)
                await group.triggerGracefulShutdown()
            }
            defer { tasks.cancelAll() }
            try await group.run()
        }
        guard let result = report.withLock({ $0 }) else { throw CancellationError() }
        return result
    }
}
