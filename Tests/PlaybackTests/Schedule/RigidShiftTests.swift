import Foundation
import CorpusStore
import GRDB
import OTLP
import OTLPTransport
import Playback
import SwiftProtobuf
import TestSupport
import Testing

/// Proves the rule of `--timestamps shift` on messages that SwiftProtobuf decodes, for every
/// timestamp, in integers.
@Suite("Rigid shift")
struct RigidShiftTests {
    private typealias Traces = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest
    private typealias Metrics = Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceRequest
    private typealias Logs = Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest

    /// How a timestamp is bound to move.
    private enum Owner: Hashable {
        /// With its trace, whose anchor the corpus lists.
        case trace([UInt8])
        /// With its item, whose first timestamp this is.
        case item(UInt64)
        /// On the scaled axis.
        case axis
    }

    private static let origin: UInt64 = 1_700_000_000_000_000_000

    @Test(
        "moves every timestamp exactly as the rule says",
        arguments: ["0.5x", "1x", "10x", "1000x", "max"]
    )
    func rule(speed: String) async throws {
        let requests = try Self.requests()
        let corpus = try await RecordedCorpus(requests, blockBytes: 30_000)
        let wallClock = WallClock()
        let start = Timestamp(unixNanoseconds: wallClock.now.unixNanoseconds + 3_600_000_000_000)
        var configuration = try settings(speed)
        configuration.startAt = start
        let sink = CollectingSink()
        let report = try await replay(
            corpus.path,
            to: sink,
            configuration,
            clock: JumpingClock(),
            wallClock: wallClock
        )
        #expect(report.complete)
        #expect(report.startUnixNs == start.unixNanoseconds)

        let anchors = try Self.anchors(corpus.path)
        let recorded = try Self.times(requests)
        let latest = recorded.map(\.time).max() ?? 0
        let expected = try recorded.map { time, owner in
            try Self.moved(
                time,
                owner,
                anchors: anchors,
                speed: speed,
                start: start.unixNanoseconds,
                latest: latest
            )
        }
        let sent = try Self.times(Self.inOrder(sink.requests)).map(\.time)
        #expect(sent.count > 3_000)
        #expect(sent.sorted() == expected.sorted())
        #expect(Set(sent).count > 1_000)
    }

    @Test("keeps every distance inside a trace", arguments: ["0.5x", "10x", "1000x", "max"])
    func distances(speed: String) async throws {
        let requests = try Self.requests()
        let corpus = try await RecordedCorpus(requests, blockBytes: 30_000)
        let sink = CollectingSink()
        _ = try await replay(corpus.path, to: sink, settings(speed), clock: JumpingClock())
        func distances(_ requests: [ExportRequest]) throws -> [[UInt8]: [UInt64]] {
            var times: [[UInt8]: [UInt64]] = [:]
            for (time, owner) in try Self.times(requests) {
                if case .trace(let id) = owner { times[id, default: []].append(time) }
            }
            return times.mapValues { times in
                let first = times.min() ?? 0
                return times.map { $0 - first }.sorted()
            }
        }
        #expect(try distances(sink.requests) == distances(requests))
    }

    // MARK: The rule, once more

    private static func moved(
        _ time: UInt64,
        _ owner: Owner,
        anchors: [[UInt8]: UInt64],
        speed: String,
        start: UInt64,
        latest: UInt64
    ) throws -> UInt64 {
        if speed == "max" { return time + start - latest }
        let factors: [String: (Int, Int)] = [
            "0.5x": (2, 1), "1x": (1, 1), "10x": (1, 10), "1000x": (1, 1_000),
        ]
        let (multiplier, divisor) = try #require(factors[speed])
        /// Where an instant lies on the scaled axis, rounded down.
        func onAxis(_ time: UInt64) -> Int {
            let product = (Int(time) - Int(arrivalOfFirst)) * multiplier
            let quotient = product / divisor
            return Int(start) + (product % divisor < 0 ? quotient - 1 : quotient)
        }
        switch owner {
        case .axis: return UInt64(onAxis(time))
        case .item(let anchor): return UInt64(Int(time) + onAxis(anchor) - Int(anchor))
        case .trace(let id):
            let anchor = try #require(anchors[id])
            return UInt64(Int(time) + onAxis(anchor) - Int(anchor))
        }
    }

    private static var arrivalOfFirst: UInt64 { origin + 1_000_000 }

    private static func anchors(_ path: String) throws -> [[UInt8]: UInt64] {
        try DatabaseQueue(path: path).read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT trace_id, anchor_ns FROM trace_ids")
            return Dictionary(
                uniqueKeysWithValues: rows.map { row -> ([UInt8], UInt64) in
                    let id: [UInt8] = (row[0] as Data?).map(Array.init) ?? []
                    return (id, UInt64(row[1] as Int64))
                }
            )
        }
    }

    // MARK: What is recorded

    private static func inOrder(_ requests: [ExportRequest]) -> [ExportRequest] {
        requests.sorted { $0.signal.rawValue < $1.signal.rawValue }
    }

    /// Requests with spans, events and records in traces that cross requests, records without a
    /// trace, and points with starts and exemplars.
    private static func requests() throws -> [ExportRequest] {
        var random = SeededGenerator(seed: 31)
        var requests: [ExportRequest] = []
        for number in 0..<60 {
            let base = origin + UInt64(number) * 33_333_337
            func time() -> UInt64 { base + .random(in: 0...700_000_001, using: &random) }
            func trace() -> [UInt8] {
                let near = UInt8(number / 2 + Int.random(in: 0...2, using: &random))
                return [UInt8](repeating: near, count: 15) + [1]
            }
            let traces = Traces.with { request in
                request.resourceSpans = [
                    .with { entry in
                        entry.scopeSpans = [
                            .with { scope in
                                scope.spans = (0..<12).map { index in
                                    .with { span in
                                        span.traceID = Data(trace())
                                        span.spanID = Data(repeating: UInt8(index + 1), count: 8)
                                        span.startTimeUnixNano = time()
                                        span.endTimeUnixNano = span.startTimeUnixNano + 12_345_679
                                        span.events = [.with { $0.timeUnixNano = time() }]
                                    }
                                }
                            }
                        ]
                    }
                ]
            }
            let metrics = Metrics.with { request in
                request.resourceMetrics = [
                    .with { entry in
                        entry.scopeMetrics = [
                            .with { scope in
                                scope.metrics = (0..<10).map { index in
                                    metric(index, start: time(), exemplar: time())
                                }
                            }
                        ]
                    }
                ]
            }
            let logs = Logs.with { request in
                request.resourceLogs = [
                    .with { entry in
                        entry.scopeLogs = [
                            .with { scope in
                                scope.logRecords = (0..<10).map { index in
                                    .with { record in
                                        if index % 3 != 0 { record.traceID = Data(trace()) }
                                        record.timeUnixNano = index % 4 == 0 ? 0 : time()
                                        record.observedTimeUnixNano = time()
                                    }
                                }
                            }
                        ]
                    }
                ]
            }
            let arrival = Timestamp(unixNanoseconds: base + 1_000_000)
            requests += try [
                ExportRequest(signal: .traces, arrival: arrival, payload: traces.serializedBytes()),
                ExportRequest(
                    signal: .metrics,
                    arrival: arrival,
                    payload: metrics.serializedBytes()
                ),
                ExportRequest(signal: .logs, arrival: arrival, payload: logs.serializedBytes()),
            ]
        }
        return requests
    }

    /// A metric of each kind by turns.
    private static func metric(
        _ index: Int,
        start: UInt64,
        exemplar: UInt64
    ) -> Opentelemetry_Proto_Metrics_V1_Metric {
        let exemplars = [
            Opentelemetry_Proto_Metrics_V1_Exemplar.with { $0.timeUnixNano = exemplar }
        ]
        func fill(_ point: inout some DataPoint) {
            point.startTimeUnixNano = start
            point.timeUnixNano = start + 9
        }
        return .with { metric in
            metric.name = "m"
            switch index % 5 {
            case 0:
                metric.sum.dataPoints = [
                    .with {
                        fill(&$0)
                        $0.exemplars = exemplars
                    }
                ]
            case 1: metric.gauge.dataPoints = [.with { fill(&$0) }]
            case 2:
                metric.histogram.dataPoints = [
                    .with {
                        fill(&$0)
                        $0.exemplars = exemplars
                    }
                ]
            case 3:
                metric.exponentialHistogram.dataPoints = [
                    .with {
                        fill(&$0)
                        $0.exemplars = exemplars
                    }
                ]
            default: metric.summary.dataPoints = [.with { fill(&$0) }]
            }
        }
    }

    // MARK: An independent decoder

    private static func times(
        of metric: Opentelemetry_Proto_Metrics_V1_Metric
    ) -> [UInt64] {
        let points: [any DataPoint] =
            metric.sum.dataPoints + metric.gauge.dataPoints + metric.histogram.dataPoints
            + metric.exponentialHistogram.dataPoints + metric.summary.dataPoints
        let exemplars =
            metric.sum.dataPoints.flatMap(\.exemplars)
            + metric.histogram.dataPoints.flatMap(\.exemplars)
            + metric.exponentialHistogram.dataPoints.flatMap(\.exemplars)
        return points.flatMap { [$0.startTimeUnixNano, $0.timeUnixNano] }
            + exemplars.map(\.timeUnixNano)
    }

    /// Every timestamp that is set, with what it moves with.
    private static func times(
        _ requests: [ExportRequest]
    ) throws -> [(time: UInt64, owner: Owner)] {
        try requests.flatMap { request -> [(UInt64, Owner)] in
            switch request.signal {
            case .traces:
                let spans = try Traces(serializedBytes: request.payload)
                    .resourceSpans.flatMap(\.scopeSpans).flatMap(\.spans)
                return spans.flatMap { span in
                    ([span.startTimeUnixNano, span.endTimeUnixNano]
                        + span.events.map(\.timeUnixNano))
                        .map { ($0, .trace(Array(span.traceID))) }
                }
            case .metrics:
                let metrics = try Metrics(serializedBytes: request.payload)
                    .resourceMetrics.flatMap(\.scopeMetrics).flatMap(\.metrics)
                return metrics.flatMap(times(of:)).map { ($0, .axis) }
            case .logs:
                let records = try Logs(serializedBytes: request.payload)
                    .resourceLogs.flatMap(\.scopeLogs).flatMap(\.logRecords)
                return records.flatMap { record -> [(UInt64, Owner)] in
                    let times = [record.timeUnixNano, record.observedTimeUnixNano]
                        .filter { $0 != 0 }
                    let owner: Owner =
                        record.traceID.isEmpty
                        ? .item(times.first ?? 0) : .trace(Array(record.traceID))
                    return times.map { ($0, owner) }
                }
            }
        }
    }
}

/// What the data points of all metrics have.
private protocol DataPoint {
    var startTimeUnixNano: UInt64 { get set }
    var timeUnixNano: UInt64 { get set }
}

extension Opentelemetry_Proto_Metrics_V1_NumberDataPoint: DataPoint {}
extension Opentelemetry_Proto_Metrics_V1_HistogramDataPoint: DataPoint {}
extension Opentelemetry_Proto_Metrics_V1_ExponentialHistogramDataPoint: DataPoint {}
extension Opentelemetry_Proto_Metrics_V1_SummaryDataPoint: DataPoint {}
