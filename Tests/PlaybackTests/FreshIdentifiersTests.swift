import CorpusStore
import Foundation
import OTLP
import Playback
import SwiftProtobuf
import TestSupport
import Testing

/// What refers to what after ids were renamed, on messages that SwiftProtobuf decodes.
@Suite("Fresh ids")
struct FreshIdentifiersTests {
    private typealias Traces = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest
    private typealias Metrics = Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceRequest
    private typealias Logs = Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest

    /// A span by its ids.
    private struct SpanName: Hashable {
        let trace: Data
        let span: Data
    }

    /// The spans of a replay, and what refers to spans.
    private struct References {
        var spans: [SpanName] = []
        var parents: [SpanName] = []
        var links: [SpanName] = []
        var records: [SpanName] = []
        var exemplars: [SpanName] = []

        init(_ requests: [ExportRequest]) throws {
            for request in requests {
                switch request.signal {
                case .traces: try add(Traces(serializedBytes: request.payload))
                case .metrics:
                    exemplars += try Metrics(serializedBytes: request.payload).resourceMetrics
                        .flatMap(\.scopeMetrics).flatMap(\.metrics).flatMap(\.sum.dataPoints)
                        .flatMap(\.exemplars).map { SpanName(trace: $0.traceID, span: $0.spanID) }
                case .logs:
                    records += try Logs(serializedBytes: request.payload).resourceLogs
                        .flatMap(\.scopeLogs).flatMap(\.logRecords)
                        .map { SpanName(trace: $0.traceID, span: $0.spanID) }
                }
            }
        }

        private mutating func add(_ traces: Traces) {
            for span in traces.resourceSpans.flatMap(\.scopeSpans).flatMap(\.spans) {
                spans.append(SpanName(trace: span.traceID, span: span.spanID))
                if !span.parentSpanID.isEmpty {
                    parents.append(SpanName(trace: span.traceID, span: span.parentSpanID))
                }
                links += span.links.map { SpanName(trace: $0.traceID, span: $0.spanID) }
            }
        }

        var traces: Set<Data> { Set(spans.map(\.trace)) }
    }

    private static let traceCount = 20

    private static func trace(_ number: Int) -> Data {
        Data([UInt8](repeating: UInt8(number + 1), count: 16))
    }

    private static func span(_ trace: Int, _ number: Int) -> Data {
        Data([UInt8(trace + 1), UInt8(number + 1)] + [UInt8](repeating: 7, count: 6))
    }

    /// Traces of three spans each: a root, its child, and a child of that with a link to the root of
    /// the trace before; a record and an exemplar of each root in requests of their own.
    private static func requests() throws -> [ExportRequest] {
        let time: UInt64 = 1_700_000_000_000_000_000
        return try (0..<traceCount).flatMap { number -> [ExportRequest] in
            let at = time + UInt64(number) * 10_000_000
            let arrival = Timestamp(unixNanoseconds: at)
            let spans = (0..<3).map { index in
                Opentelemetry_Proto_Trace_V1_Span.with {
                    $0.traceID = trace(number)
                    $0.spanID = span(number, index)
                    if index > 0 { $0.parentSpanID = span(number, index - 1) }
                    $0.startTimeUnixNano = at
                    $0.endTimeUnixNano = at + 5
                    guard index == 2, number > 0 else { return }
                    $0.links = [
                        .with {
                            $0.traceID = trace(number - 1)
                            $0.spanID = span(number - 1, 0)
                        }
                    ]
                }
            }
            let traces = Traces.with {
                $0.resourceSpans = [.with { $0.scopeSpans = [.with { $0.spans = spans }] }]
            }
            let record = Opentelemetry_Proto_Logs_V1_LogRecord.with {
                $0.timeUnixNano = at
                $0.traceID = trace(number)
                $0.spanID = span(number, 0)
            }
            let logs = Logs.with {
                $0.resourceLogs = [.with { $0.scopeLogs = [.with { $0.logRecords = [record] }] }]
            }
            let point = Opentelemetry_Proto_Metrics_V1_NumberDataPoint.with {
                $0.timeUnixNano = at
                $0.exemplars = [
                    .with {
                        $0.timeUnixNano = at
                        $0.traceID = trace(number)
                        $0.spanID = span(number, 0)
                    }
                ]
            }
            let metric = Opentelemetry_Proto_Metrics_V1_Metric.with {
                $0.name = "m"
                $0.sum.dataPoints = [point]
            }
            let metrics = Metrics.with {
                $0.resourceMetrics = [.with { $0.scopeMetrics = [.with { $0.metrics = [metric] }] }]
            }
            return try [
                ExportRequest(signal: .traces, arrival: arrival, payload: traces.serializedBytes()),
                ExportRequest(signal: .logs, arrival: arrival, payload: logs.serializedBytes()),
                ExportRequest(
                    signal: .metrics,
                    arrival: arrival,
                    payload: metrics.serializedBytes()
                ),
            ]
        }
    }

    @Test("give three laps three times the items, traces of their own, and all references intact")
    func laps() async throws {
        let requests = try Self.requests()
        let corpus = try await RecordedCorpus(requests, blockBytes: 2_000)
        var configuration = try settings("100x")
        configuration.identifiers = .fresh
        configuration.laps = 3
        let sink = CollectingSink()
        let report = try await replay(corpus.path, to: sink, configuration)
        #expect(report.complete)
        expectIdentity(report)
        #expect(report.total(\.items) == 3 * Self.traceCount * 5)

        let (recorded, sent) = (try References(requests), try References(sink.requests))
        #expect(sent.traces.count == 3 * Self.traceCount)
        #expect(sent.traces.isDisjoint(with: recorded.traces))
        let spans = Set(sent.spans)
        #expect(spans.count == 3 * recorded.spans.count)
        for part in [
            \References.parents, \References.links, \References.records, \References.exemplars,
        ] {
            #expect(recorded[keyPath: part].count >= Self.traceCount - 1)
            #expect(sent[keyPath: part].count == 3 * recorded[keyPath: part].count)
            #expect(Set(sent[keyPath: part]).count == 3 * Set(recorded[keyPath: part]).count)
            #expect(spans.isSuperset(of: sent[keyPath: part]))
        }
    }
}
