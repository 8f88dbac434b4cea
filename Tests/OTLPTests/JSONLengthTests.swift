import OTLP
import SwiftProtobuf
import TestSupport
import Testing

@Suite("JSON length")
struct JSONLengthTests {
    private typealias Traces = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest
    private typealias Metrics = Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceRequest
    private typealias Logs = Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest

    /// What swift-protobuf writes, with ids as hex where protobuf's own JSON has base64.
    private func expectedLength(_ request: ExportRequest) throws -> Int {
        let bytes = request.payload
        switch request.signal {
        case .traces:
            let message = try Traces(serializedBytes: bytes)
            let spans = message.resourceSpans.flatMap { $0.scopeSpans.flatMap(\.spans) }
            let ids = spans.flatMap { span in
                [span.traceID, span.spanID, span.parentSpanID]
                    + span.links.flatMap { [$0.traceID, $0.spanID] }
            }
            return try length(message, ids: ids.map(\.count))
        case .metrics:
            let message = try Metrics(serializedBytes: bytes)
            let metrics = message.resourceMetrics.flatMap { $0.scopeMetrics.flatMap(\.metrics) }
            let exemplars = metrics.flatMap { metric in
                (metric.gauge.dataPoints + metric.sum.dataPoints).flatMap(\.exemplars)
                    + metric.histogram.dataPoints.flatMap(\.exemplars)
                    + metric.exponentialHistogram.dataPoints.flatMap(\.exemplars)
            }
            return try length(
                message,
                ids: exemplars.flatMap { [$0.traceID.count, $0.spanID.count] }
            )
        case .logs:
            let message = try Logs(serializedBytes: bytes)
            let records = message.resourceLogs.flatMap { $0.scopeLogs.flatMap(\.logRecords) }
            return try length(
                message,
                ids: records.flatMap { [$0.traceID.count, $0.spanID.count] }
            )
        }
    }

    private func length(_ message: some Message, ids: [Int]) throws -> Int {
        var options = JSONEncodingOptions()
        options.alwaysPrintEnumsAsInts = true
        let base64: [UInt8] = try message.jsonUTF8Bytes(options: options)
        return base64.count + ids.reduce(0) { $0 + 2 * $1 - ($1 + 2) / 3 * 4 }
    }

    @Test("is what swift-protobuf writes, ids as hex", arguments: UInt64(1)...20)
    func agreement(seed: UInt64) throws {
        var generator = TelemetryGenerator(seed: seed)
        for _ in 0..<30 {
            let request = try generator.next()
            let counted = try JSONLength.count(request.signal, payload: request.payload)
            let expected = try expectedLength(request)
            #expect(counted == expected)
        }
    }

    @Test(
        "counts escapes and multi-byte characters as they are written",
        arguments: [
            "plain", "eight ch", "\"quoted\" and \\ back", "tab\tnewline\nreturn\r",
            "\u{1}\u{1f}\u{7f}",
            "\u{80}\u{9f}\u{a0} größer 日本 🎈", "123456\u{85}", "1234567\u{85}x", "",
        ]
    )
    func text(text: String) throws {
        let message = Logs.with {
            $0.resourceLogs = [
                .with {
                    $0.scopeLogs = [
                        .with { $0.logRecords = [.with { $0.body.stringValue = text }] }
                    ]
                }
            ]
        }
        let counted = try JSONLength.count(.logs, payload: try message.serializedBytes())
        let expected = try length(message, ids: [])
        #expect(counted == expected)
    }

    @Test(
        "counts numbers as they are written",
        arguments: [
            0, -0.0, 1, -1, 9, 10, 99.5, 1e15, 9_007_199_254_740_991, 9_007_199_254_740_992, 1e16,
            1e21,
            -1e22, .leastNonzeroMagnitude, .infinity, -.infinity, .nan, 0.1, 123_456.789,
        ]
    )
    func doubles(value: Double) throws {
        var values: [Opentelemetry_Proto_Common_V1_AnyValue] = [.with { $0.doubleValue = value }]
        let integers: [Int64] = [0, 9, 10, .max, .min, -1]
        for integer in integers { values.append(.with { $0.intValue = integer }) }
        let message = Logs.with {
            $0.resourceLogs = [
                .with {
                    $0.scopeLogs = [
                        .with {
                            $0.logRecords = [.with { $0.body.arrayValue.values = values }]
                        }
                    ]
                }
            ]
        }
        let counted = try JSONLength.count(.logs, payload: try message.serializedBytes())
        let expected = try length(message, ids: [])
        #expect(counted == expected)
    }
}
