import AsyncHTTPClient
public import ServiceLifecycle

/// The backends of swift-distributed-tracing, swift-metrics and swift-log, and the service that
/// exports what they collect as OTLP over HTTP.
///
/// Items are taken from the start, up to the bound of their queue, and exported while ``run()``
/// runs. In a `ServiceGroup`, put it before the services it observes: groups shut down in reverse
/// order.
public final class Telemetry: Service {
    /// The tracer to hand to `withTracer` or `InstrumentationSystem.bootstrap`.
    public let tracer: TelemetryTracer

    /// The factory to hand to `withMetricsFactory` or `MetricsSystem.bootstrap`.
    public let metricsFactory: TelemetryMetricsFactory

    private let configuration: TelemetryConfiguration
    private let clock: TelemetryClock
    private let spans: BatchProcessor<FinishedSpan>
    private let points: BatchProcessor<MetricPoint>
    private let records: BatchProcessor<LogRecord>

    /// Backends that export as configured.
    ///
    /// The clock is the source of all times but those that the tracing API passes in itself; trace
    /// and span ids are drawn from the generator.
    public init(
        configuration: TelemetryConfiguration,
        clock: TelemetryClock = .system(),
        randomNumberGenerator: some RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.configuration = configuration
        self.clock = clock
        spans = BatchProcessor(configuration.traces, clock: clock)
        points = BatchProcessor(configuration.metrics, clock: clock)
        records = BatchProcessor(configuration.logs, clock: clock)
        tracer = TelemetryTracer(
            limits: configuration.spanLimits,
            identifiers: IdentifierGenerator(randomNumberGenerator),
            processor: spans
        )
        metricsFactory = TelemetryMetricsFactory(
            MetricPipeline(configuration: configuration, clock: clock, processor: points)
        )
    }

    /// A log handler whose records have the label as their instrumentation scope.
    public func makeLogHandler(label: String) -> TelemetryLogHandler {
        TelemetryLogHandler(label: label, clock: clock, processor: records)
    }

    /// What became of all items so far.
    public var counts: TelemetryCounts {
        TelemetryCounts(traces: spans.counts, metrics: points.counts, logs: records.counts)
    }

    /// Waits until everything emitted so far has been exported or given up.
    ///
    /// It waits for ``run()`` to begin, and returns at once when that has ended or the calling task
    /// is cancelled.
    public func flush() async {
        metricsFactory.collect()
        async let traces: Void = spans.flush()
        async let metrics: Void = points.flush()
        async let logs: Void = records.flush()
        _ = await (traces, metrics, logs)
    }

    /// Exports until graceful shutdown, then whatever is left, for at most the configured
    /// ``TelemetryConfiguration/shutdownTimeout``.
    ///
    /// What can't be exported by then, or when the task is cancelled, counts as failed. It can run
    /// once.
    public func run() async throws {
        try await HTTPClient.withHTTPClient(configuration: .exporting) { client in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.export(with: client) }
                group.addTask { await self.awaitShutdown() }
                if case .aggregated(let interval) = self.configuration.metricsMode {
                    group.addTask { await self.collectMetrics(every: interval) }
                }
                // Either everything is exported, or the time for it is over.
                await group.next()
                group.cancelAll()
            }
        }
    }

    private func export(with client: HTTPClient) async {
        let resource = ResourceEncoding(configuration.resourceAttributes)
        let (traces, metrics, logs) = (
            OTLPExporter(client, configuration.traces, configuration.retry, clock),
            OTLPExporter(client, configuration.metrics, configuration.retry, clock),
            OTLPExporter(client, configuration.logs, configuration.retry, clock)
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await self.spans.run { batch in await traces.export { try resource.encode(batch) } }
            }
            group.addTask {
                await self.points.run { batch in await metrics.export { try resource.encode(batch) }
                }
            }
            group.addTask {
                await self.records.run { batch in await logs.export { try resource.encode(batch) } }
            }
        }
    }

    private func awaitShutdown() async {
        guard (try? await gracefulShutdown()) != nil else { return }
        metricsFactory.collect()
        spans.shutDown()
        points.shutDown()
        records.shutDown()
        try? await clock.sleep(configuration.shutdownTimeout)
    }

    private func collectMetrics(every interval: Duration) async {
        while (try? await clock.sleep(interval)) != nil {
            metricsFactory.collect()
            points.makeQueuedDue()
        }
    }
}
