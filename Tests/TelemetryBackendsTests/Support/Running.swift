import Logging
import OTLP
import ServiceLifecycle

@testable import TelemetryBackends

extension TelemetryConfiguration {
    /// Exports to a receiver, and only when asked to or when a batch is complete.
    static func testing(
        _ endpoint: String,
        _ change: (inout TelemetryConfiguration) -> Void = { _ in }
    ) -> TelemetryConfiguration {
        var configuration = TelemetryConfiguration(serviceName: "test", endpoint: endpoint)
        configuration.traces.scheduleDelay = .seconds(3_600)
        configuration.metrics.scheduleDelay = .seconds(3_600)
        configuration.logs.scheduleDelay = .seconds(3_600)
        change(&configuration)
        return configuration
    }
}

extension Telemetry {
    convenience init(testing configuration: TelemetryConfiguration, clock: TestClock = TestClock())
    {
        self.init(configuration: configuration, clock: clock.standing)
    }

    /// Runs the backends until `body` has ended, then shuts them down in order.
    func whileRunning<Result>(
        flushes: Bool = true,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let services = ServiceGroup(configuration: .init(services: [self], logger: .silent))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            let result: Result
            do {
                result = try await body()
            } catch {
                group.cancelAll()
                throw error
            }
            if flushes {
                await flush()
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            return result
        }
    }

    /// Runs the backends against a receiver, and gives what that was sent.
    static func exporting(
        clock: TestClock = TestClock(),
        _ change: (inout TelemetryConfiguration) -> Void = { _ in },
        _ body: (Telemetry) async throws -> Void
    ) async throws -> (receiver: ScriptedReceiver, counts: TelemetryCounts) {
        try await ScriptedReceiver.run { receiver in
            let telemetry = Telemetry(testing: .testing(receiver.endpoint, change), clock: clock)
            try await telemetry.whileRunning { try await body(telemetry) }
            return (receiver, telemetry.counts)
        }
    }
}

extension ScriptedReceiver {
    func spans() throws -> [OTLPSpan] {
        try messages(OTLPTraceRequest.self, at: "/v1/traces")
            .flatMap(\.resourceSpans).flatMap(\.scopeSpans).flatMap(\.spans)
    }

    func metrics() throws -> [OTLPMetric] {
        try messages(OTLPMetricsRequest.self, at: "/v1/metrics")
            .flatMap(\.resourceMetrics).flatMap(\.scopeMetrics).flatMap(\.metrics)
    }

    func logRecords() throws -> [OTLPLogRecord] {
        try messages(OTLPLogsRequest.self, at: "/v1/logs")
            .flatMap(\.resourceLogs).flatMap(\.scopeLogs).flatMap(\.logRecords)
    }
}

extension [OTLPKeyValue] {
    subscript(key: String) -> OTLPAnyValue.OneOf_Value? {
        first { $0.key == key }?.value.value
    }
}

typealias OTLPTraceRequest = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest
typealias OTLPMetricsRequest = Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceRequest
typealias OTLPLogsRequest = Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest
