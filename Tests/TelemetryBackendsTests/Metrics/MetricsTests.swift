import CoreMetrics
import Logging
import OTLP
import Testing

@testable import TelemetryBackends

@Suite("Metrics")
struct MetricsTests {
    private let clock = TestClock()

    private func aggregated(_ configuration: inout TelemetryConfiguration) {
        configuration.metricsMode = .aggregated(interval: .seconds(3_600))
    }

    @Test("exports each measurement as a point of its own, grouped by metric")
    func perMeasurement() async throws {
        let (receiver, counts) = try await Telemetry.exporting(clock: clock) {
            $0.metricDescriptions["orders"] = MetricDescription(
                unit: "{order}",
                description: "Orders taken."
            )
        } _: { telemetry in
            let factory = telemetry.metricsFactory
            for status in ["ok", "failed", "ok"] {
                Counter(label: "orders", dimensions: [("status", status)], factory: factory)
                    .increment(by: 2)
                Timer(label: "duration", factory: factory).recordNanoseconds(30_000_000)
            }
            FloatingPointCounter(label: "revenue", factory: factory).increment(by: 1.5)
            let gauge = Meter(label: "stock", factory: factory)
            gauge.set(7)
            gauge.decrement(by: 2)
            Recorder(label: "size", factory: factory).record(Int64(80))
            Gauge(label: "level", factory: factory).record(0.5)
        }
        let metrics = try receiver.metrics()
        #expect(metrics.map(\.name) == ["orders", "duration", "revenue", "stock", "size", "level"])
        let orders = metrics[0]
        #expect(orders.unit == "{order}")
        #expect(orders.description_p == "Orders taken.")
        #expect(orders.sum.isMonotonic)
        #expect(orders.sum.aggregationTemporality == .delta)
        #expect(orders.sum.dataPoints.map(\.asInt) == [2, 2, 2])
        #expect(
            orders.sum.dataPoints.map { $0.attributes["status"] }
                == ["ok", "failed", "ok"].map { .stringValue($0) }
        )
        let duration = metrics[1]
        #expect(duration.unit == "s")
        #expect(duration.histogram.aggregationTemporality == .delta)
        let point = try #require(duration.histogram.dataPoints.first)
        #expect(point.count == 1)
        #expect(point.sum == 0.03)
        #expect(point.min == 0.03)
        #expect(point.max == 0.03)
        #expect(point.explicitBounds.first == 0.005)
        #expect(point.explicitBounds.last == 10)
        #expect(point.bucketCounts == [0, 0, 0, 1] + [UInt64](repeating: 0, count: 11))
        #expect(metrics[2].sum.dataPoints.map(\.asDouble) == [1.5])
        #expect(metrics[3].gauge.dataPoints.map(\.asDouble) == [7, 5])
        #expect(metrics[4].histogram.dataPoints.first?.bucketCounts.count == 16)
        #expect(metrics[4].histogram.dataPoints.first?.bucketCounts[6] == 1)
        #expect(metrics[5].gauge.dataPoints.map(\.asDouble) == [0.5])
        #expect(counts.metrics.emitted == 11)
        #expect(counts.metrics.exported == 11)
    }

    @Test("a series' delta intervals join without overlap, even where the clock stands still")
    func intervals() async throws {
        let (receiver, _) = try await Telemetry.exporting(clock: clock) { telemetry in
            let factory = telemetry.metricsFactory
            let counter = Counter(label: "a", factory: factory)
            counter.increment()
            counter.increment()
            clock.advance(by: .seconds(1))
            Counter(label: "a", factory: factory).increment()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<25 { Counter(label: "a", factory: factory).increment() }
                    }
                }
            }
        }
        let points = try receiver.metrics().flatMap(\.sum.dataPoints)
        #expect(points.count == 103)
        let start = TestClock.startUnixNanoseconds
        #expect(points.prefix(3).map(\.startTimeUnixNano) == [start, start + 1, start + 2])
        #expect(
            points.prefix(3).map(\.timeUnixNano) == [start + 1, start + 2, start + 1_000_000_000]
        )
        for (earlier, later) in zip(points, points.dropFirst()) {
            #expect(later.startTimeUnixNano == earlier.timeUnixNano)
            #expect(later.timeUnixNano > later.startTimeUnixNano)
        }
    }

    @Test("a dropped point leaves no gap: the next one starts where the last one kept ended")
    func droppedPoint() async throws {
        let (receiver, counts) = try await ScriptedReceiver.run { receiver in
            let configuration = TelemetryConfiguration.testing(receiver.endpoint) {
                $0.metrics.maximumQueueSize = 2
                $0.metrics.maximumBatchSize = 2
            }
            let telemetry = Telemetry(testing: configuration, clock: clock)
            let counter = Counter(label: "a", factory: telemetry.metricsFactory)
            for _ in 0..<5 { counter.increment() }
            try await telemetry.whileRunning {
                await telemetry.flush()
                clock.advance(by: .seconds(1))
                counter.increment()
            }
            return (receiver, telemetry.counts)
        }
        let points = try receiver.metrics().flatMap(\.sum.dataPoints)
        #expect(points.count == 3)
        #expect(points[2].startTimeUnixNano == points[1].timeUnixNano)
        #expect(counts.metrics.emitted == 6)
        #expect(counts.metrics.dropped == 3)
        #expect(counts.metrics.exported == 3)
    }

    @Test("aggregates a series into one delta point an interval")
    func aggregation() async throws {
        let (receiver, counts) = try await Telemetry.exporting(clock: clock, aggregated) {
            telemetry in
            let factory = telemetry.metricsFactory
            let counter = Counter(label: "count", factory: factory)
            let timer = Timer(label: "duration", factory: factory)
            let meter = Meter(label: "level", factory: factory)
            for round in 1...2 {
                clock.advance(by: .seconds(10))
                for _ in 0..<3 { counter.increment(by: round) }
                timer.recordMilliseconds(4)
                timer.recordMilliseconds(2_000 * round)
                meter.set(round)
                meter.increment(by: 0.5)
                await telemetry.flush()
            }
            await telemetry.flush()
        }
        let metrics = try receiver.metrics()
        #expect(metrics.count == 6)
        let start = TestClock.startUnixNanoseconds
        let ten: UInt64 = 10_000_000_000
        let counts3 = metrics.filter { $0.name == "count" }.flatMap(\.sum.dataPoints)
        #expect(counts3.map(\.asInt) == [3, 6])
        #expect(counts3.map(\.startTimeUnixNano) == [start, start + ten])
        #expect(counts3.map(\.timeUnixNano) == [start + ten, start + 2 * ten])
        let durations = metrics.filter { $0.name == "duration" }.flatMap(\.histogram.dataPoints)
        #expect(durations.map(\.count) == [2, 2])
        #expect(durations.map(\.sum) == [2.004, 4.004])
        #expect(durations.map(\.max) == [2, 4])
        #expect(durations.map(\.min) == [0.004, 0.004])
        #expect(durations.map { $0.bucketCounts.reduce(0, +) } == [2, 2])
        let levels = metrics.filter { $0.name == "level" }.flatMap(\.gauge.dataPoints)
        #expect(levels.map(\.asDouble) == [1.5, 2.5])
        #expect(counts.metrics.exported == 6)
    }

    @Test("exports what was aggregated by the time of shutdown")
    func aggregatedAtShutdown() async throws {
        let (receiver, _) = try await Telemetry.exporting(clock: clock, aggregated) { telemetry in
            Counter(label: "a", factory: telemetry.metricsFactory).increment()
        }
        #expect(try receiver.metrics().flatMap(\.sum.dataPoints).map(\.asInt) == [1])
    }

    @Test(
        "ignores negative increments and values that aren't finite, and stops sums at the largest"
    )
    func values() async throws {
        let (receiver, _) = try await Telemetry.exporting(clock: clock, aggregated) { telemetry in
            let factory = telemetry.metricsFactory
            let counter = Counter(label: "a", factory: factory)
            counter.increment(by: -5)
            counter.increment(by: Int64.max)
            counter.increment(by: 5)
            FloatingPointCounter(label: "b", factory: factory).increment(by: Double.nan)
            Recorder(label: "c", factory: factory).record(Double.infinity)
            Meter(label: "d", factory: factory).increment(by: -Double.infinity)
        }
        let metrics = try receiver.metrics()
        #expect(metrics.map(\.name) == ["a"])
        #expect(metrics.first?.sum.dataPoints.map(\.asInt) == [.max])
    }

    @Test("converts a timer to the unit its metric is described with")
    func timerUnit() async throws {
        let (receiver, _) = try await Telemetry.exporting {
            $0.metricDescriptions["t"] = MetricDescription(unit: "ms")
        } _: { telemetry in
            Timer(label: "t", factory: telemetry.metricsFactory).recordNanoseconds(1_500_000)
        }
        let metric = try #require(try receiver.metrics().first)
        #expect(metric.unit == "ms")
        #expect(metric.histogram.dataPoints.first?.sum == 1.5)
        #expect(metric.histogram.dataPoints.first?.explicitBounds.first == 0)
    }

    @Test("takes the same dimensions in any order as one series, and what exceeds the limit as one")
    func cardinality() async throws {
        let (receiver, _) = try await Telemetry.exporting(clock: clock) {
            aggregated(&$0)
            $0.cardinalityLimit = 2
        } _: { telemetry in
            let factory = telemetry.metricsFactory
            let same = [("a", "1"), ("b", "2")]
            Counter(label: "c", dimensions: same, factory: factory).increment()
            Counter(label: "c", dimensions: same.reversed(), factory: factory).increment()
            for index in 0..<5 {
                Counter(label: "c", dimensions: [("n", "\(index)")], factory: factory).increment()
            }
        }
        let points = try receiver.metrics().flatMap(\.sum.dataPoints)
        #expect(points.map(\.asInt).sorted() == [1, 2, 4])
        let overflow = try #require(points.first { $0.asInt == 4 })
        #expect(overflow.attributes["otel.metric.overflow"] == .boolValue(true))
    }
}
