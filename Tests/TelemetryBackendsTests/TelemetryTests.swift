import HTTPTypes
import Logging
import OTLP
import Testing
import Tracing

@testable import TelemetryBackends

@Suite("Telemetry")
struct TelemetryTests {
    private func span(_ telemetry: Telemetry) {
        telemetry.tracer.startSpan("a", context: .topLevel).end()
    }

    @Test("exports everything before a graceful shutdown ends, and takes nothing afterwards")
    func shutdown() async throws {
        let (receiver, _) = try await Telemetry.exporting { telemetry in
            for _ in 0..<1_200 { span(telemetry) }
        }
        #expect(try receiver.spans().count == 1_200)
    }

    @Test("exports what waits once the schedule delay has elapsed")
    func scheduleDelay() async throws {
        try await ScriptedReceiver.run { receiver in
            let configuration = TelemetryConfiguration.testing(receiver.endpoint) {
                $0.traces.scheduleDelay = .milliseconds(5)
            }
            let telemetry = Telemetry(testing: configuration)
            span(telemetry)
            try await telemetry.whileRunning(flushes: false) {
                while telemetry.counts.traces.exported == 0 { await Task.yield() }
            }
            #expect(try receiver.spans().count == 1)
        }
    }

    @Test("ends in bounded time when the receiver never accepts, and counts what is lost")
    func boundedShutdown() async throws {
        try await ScriptedReceiver.run { _ in
            ScriptedReceiver.Answer(status: .serviceUnavailable, headers: [.retryAfter: "300"])
        } _: { receiver in
            let configuration = TelemetryConfiguration.testing(receiver.endpoint) {
                $0.shutdownTimeout = .milliseconds(10)
                $0.traces.maximumBatchSize = 2
                $0.traces.timeout = .seconds(600)
                $0.traces.exportTimeout = .seconds(600)
            }
            let telemetry = Telemetry(testing: configuration)
            for _ in 0..<3 { span(telemetry) }
            let started = ContinuousClock.now
            try await telemetry.whileRunning(flushes: false) {
                while receiver.received.isEmpty { await Task.yield() }
            }
            #expect(started.duration(to: .now) < .seconds(120))
            #expect(telemetry.counts.traces.failed == 3)
            span(telemetry)
            #expect(telemetry.counts.traces.dropped == 1)
        }
    }

    @Test("counts per signal what a final status loses, and says why")
    func finalStatus() async throws {
        try await ScriptedReceiver.run { _ in
            ScriptedReceiver.Answer(status: .badRequest)
        } _: { receiver in
            let telemetry = Telemetry(testing: .testing(receiver.endpoint))
            span(telemetry)
            try await telemetry.whileRunning {}
            let counts = telemetry.counts
            #expect(counts[.traces].failed == 1)
            #expect(counts[.traces].exported == 0)
            #expect(counts[.traces].lastFailure?.contains("400") == true)
            #expect(counts[.logs] == SignalCounts())
        }
    }

    @Test("never traces its own exports")
    func ownExports() async throws {
        try await ScriptedReceiver.run { receiver in
            let telemetry = Telemetry(testing: .testing(receiver.endpoint))
            try await withTracer(telemetry.tracer) {
                try await telemetry.tracer.withSpan("outer", context: .topLevel) { _ in
                    span(telemetry)
                    try await telemetry.whileRunning {}
                }
            }
            #expect(try receiver.spans().count == 1)
            let traceparent = try #require(HTTPField.Name("traceparent"))
            #expect(receiver.received.allSatisfy { $0.headers[traceparent] == nil })
            #expect(telemetry.counts.traces.emitted == 1 + 1)
        }
    }
}
