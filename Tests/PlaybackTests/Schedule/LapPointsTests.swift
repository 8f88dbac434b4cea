import CorpusStore
import OTLP
import Playback
import SwiftProtobuf
import TestSupport
import Testing

/// What a backend sees of metric series that are played several times, decoded by SwiftProtobuf.
@Suite("Points of laps")
struct LapPointsTests {
    private typealias Metrics = Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceRequest
    private typealias Point = Opentelemetry_Proto_Metrics_V1_NumberDataPoint

    private static let first: UInt64 = 1_700_000_000_000_000_000
    private static let interval: UInt64 = 100_000_000
    private static let requestCount = 8

    /// Series whose points are collected when they arrive or before: the first and the last point
    /// lie on the lap's border or on either side of it.
    private static let delays: [(name: String, delay: UInt64)] = [
        ("prompt", 0), ("late", 30_000_000),
    ]

    private static func corpus() async throws -> RecordedCorpus {
        try await RecordedCorpus(
            (0..<UInt64(requestCount)).map { number in
                let arrival = first + number * interval
                let message = Metrics.with { request in
                    let metrics = delays.flatMap { name, delay in
                        [
                            sum(
                                "delta.\(name)",
                                .delta,
                                from: arrival - delay - interval,
                                to: arrival - delay
                            ),
                            sum(
                                "cumulative.\(name)",
                                .cumulative,
                                from: first - 5_000_000_000,
                                to: arrival - delay
                            ),
                        ]
                    }
                    request.resourceMetrics = [
                        .with { $0.scopeMetrics = [.with { $0.metrics = metrics }] }
                    ]
                }
                return ExportRequest(
                    signal: .metrics,
                    arrival: Timestamp(unixNanoseconds: arrival),
                    payload: try message.serializedBytes()
                )
            },
            blockBytes: 500
        )
    }

    private static func sum(
        _ name: String,
        _ temporality: Opentelemetry_Proto_Metrics_V1_AggregationTemporality,
        from start: UInt64,
        to time: UInt64
    ) -> Opentelemetry_Proto_Metrics_V1_Metric {
        .with { metric in
            metric.name = name
            metric.sum.aggregationTemporality = temporality
            metric.sum.dataPoints = [
                .with {
                    $0.startTimeUnixNano = start
                    $0.timeUnixNano = time
                    $0.asInt = 1
                }
            ]
        }
    }

    /// The points of each series in the order of their times, as they come from three laps.
    private func series(_ speed: String, _ timestamps: TimestampMode) async throws -> [String:
        [Point]]
    {
        let corpus = try await Self.corpus()
        var configuration = try settings(speed, timestamps)
        configuration.laps = 3
        let sink = CollectingSink()
        let report = try await replay(corpus.path, to: sink, configuration, clock: JumpingClock())
        #expect(report.complete)
        var series: [String: [Point]] = [:]
        for request in sink.requests {
            let message = try Metrics(serializedBytes: request.payload)
            for metric in message.resourceMetrics.flatMap(\.scopeMetrics).flatMap(\.metrics) {
                series[metric.name, default: []] += metric.sum.dataPoints
            }
        }
        return series.mapValues { $0.sorted { $0.timeUnixNano < $1.timeUnixNano } }
    }

    @Test(
        "have times of their own and intervals that never overlap",
        arguments: ["0.5x", "1x", "10x", "1000x", "max"],
        [TimestampMode.shift, .scale]
    )
    func deltas(speed: String, timestamps: TimestampMode) async throws {
        let series = try await series(speed, timestamps)
        #expect(series.count == 4)
        for (name, points) in series {
            #expect(points.count == 3 * Self.requestCount)
            #expect(Set(points.map(\.timeUnixNano)).count == points.count, "\(name)")
            #expect(points.allSatisfy { $0.startTimeUnixNano <= $0.timeUnixNano }, "\(name)")
        }
        for (name, points) in series where name.hasPrefix("delta") {
            for (point, next) in zip(points, points.dropFirst()) {
                #expect(point.timeUnixNano <= next.startTimeUnixNano, "\(name)")
            }
        }
    }

    @Test("restart a cumulative series where the lap begins", arguments: ["0.5x", "10x", "max"])
    func cumulative(speed: String) async throws {
        let series = try await series(speed, .shift)
        for (name, delay) in Self.delays {
            let points = try #require(series["cumulative.\(name)"])
            let laps = stride(from: 0, to: points.count, by: Self.requestCount).map {
                points[$0..<($0 + Self.requestCount)]
            }
            // As recorded at first: one start, five seconds before the first request.
            #expect(Set(laps[0].map(\.startTimeUnixNano)).count == 1)
            for (lap, before) in zip(laps.dropFirst(), laps) {
                let end = try #require(before.last?.timeUnixNano)
                // Points from before the lap say nothing of it: their intervals are empty.
                let (early, within) = (
                    lap.prefix(delay == 0 ? 0 : 1), lap.dropFirst(delay == 0 ? 0 : 1)
                )
                #expect(early.allSatisfy { $0.startTimeUnixNano == $0.timeUnixNano })
                let starts = Set(within.map(\.startTimeUnixNano))
                #expect(starts.count == 1, "\(name)")
                #expect(starts.allSatisfy { $0 > end }, "\(name)")
            }
        }
    }

    @Test("of the first lap are those of a single one")
    func firstLap() async throws {
        let corpus = try await Self.corpus()
        let sink = CollectingSink()
        _ = try await replay(corpus.path, to: sink, settings("1x", .keep), clock: JumpingClock())
        let series = try await series("1x", .shift)
        for (name, points) in series {
            let alone = try sink.requests.flatMap { request in
                try Metrics(serializedBytes: request.payload).resourceMetrics
                    .flatMap(\.scopeMetrics).flatMap(\.metrics).filter { $0.name == name }
                    .flatMap(\.sum.dataPoints)
            }.sorted { $0.timeUnixNano < $1.timeUnixNano }
            func lengths(_ points: some Sequence<Point>) -> [UInt64] {
                points.map { $0.timeUnixNano - $0.startTimeUnixNano }
            }
            #expect(lengths(points.prefix(Self.requestCount)) == lengths(alone), "\(name)")
        }
    }
}
