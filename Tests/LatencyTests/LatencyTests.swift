import Foundation
import Histogram
import Latency
import Terminal
import Testing

@Suite struct LatencyTests {
    @Test("counts durations out of range at the range's ends")
    func saturation() {
        var histogram = LatencyHistogram()
        histogram.record(.seconds(-1))
        histogram.record(.seconds(Int64.max))
        histogram.record(.seconds(Int64.min))
        #expect(histogram.count == 3)
        #expect(histogram.summary.max == 3_600_000)
        #expect(histogram.percentile(50) < .microseconds(1))
    }

    @Test("sums up in milliseconds, to the resolution recorded")
    func summary() {
        var histogram = LatencyHistogram()
        for milliseconds in 1...1_000 { histogram.record(.milliseconds(milliseconds)) }
        let summary = histogram.summary
        #expect(abs(summary.p50 - 500) < 1)
        #expect(abs(summary.p90 - 900) < 1)
        #expect(abs(summary.p99 - 990) < 1)
        #expect(abs(summary.p999 - 999) < 1)
        #expect(abs(summary.mean - 500.5) < 1)
        #expect(summary.max == 1_000)
        #expect(summary.count == 1_000)
    }

    @Test("gives no mean above the maximum")
    func mean() {
        var histogram = LatencyHistogram()
        histogram.record(.microseconds(10_002_059))
        #expect(histogram.summary.mean == histogram.summary.max)
    }

    @Test("merges what was counted apart")
    func merge() {
        var (first, second) = (LatencyHistogram(), LatencyHistogram())
        first.record(.milliseconds(1))
        second.record(.milliseconds(9))
        first.merge(second)
        #expect(first.count == 2)
        #expect(first.summary.max == 9)
    }

    @Test("takes a histogram of any unit and counter")
    func otherHistograms() {
        var microseconds = Histogram<UInt32>(highestTrackableValue: 1_000_000)
        microseconds.record(2_500)
        #expect(LatencySummary(microseconds, unit: .microseconds(1)).max == 2.5)
    }

    @Test("has exactly the agreed JSON keys, with zeros where nothing was recorded")
    func json() throws {
        let text = try ReportJSON.encode(LatencyHistogram().summary)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Double]
        )
        let keys = ["p50", "p90", "p99", "p99_9", "max", "mean", "count"]
        #expect(object == Dictionary(uniqueKeysWithValues: keys.map { ($0, 0) }))
        let decoded = try JSONDecoder().decode(LatencySummary.self, from: Data(text.utf8))
        #expect(decoded == LatencySummary())
    }
}
