import Foundation
import Latency
import Testing

@Suite("Latency histogram")
struct LatencyHistogramTests {
    @Test("gives percentiles within three digits")
    func percentiles() {
        var histogram = LatencyHistogram()
        for milliseconds in 1...1_000 { histogram.record(.milliseconds(milliseconds)) }
        let summary = histogram.summary
        #expect(abs(summary.p50 - 500) < 0.5)
        #expect(abs(summary.p99 - 990) < 1)
        #expect(abs(summary.max - 1_000) < 1)
        #expect(abs(summary.mean - 500.5) < 0.5)
        #expect(summary.count == 1_000)
    }

    @Test("takes any duration without a trap")
    func extremes() {
        var histogram = LatencyHistogram()
        for time: Duration in [.seconds(-5), .zero, .seconds(Int64.max), .nanoseconds(1)] {
            histogram.record(time)
        }
        #expect(histogram.count == 4)
        #expect(histogram.summary.max >= 3_590_000)
    }

    @Test("of nothing is all zeros")
    func empty() {
        #expect(LatencyHistogram().summary == LatencySummary())
    }

    @Test("sums what others counted")
    func sum() {
        var first = LatencyHistogram()
        var second = LatencyHistogram()
        first.record(.milliseconds(1))
        second.record(.milliseconds(3))
        first.add(second)
        #expect(first.count == 2)
        #expect(abs(first.summary.max - 3) < 0.01)
    }

    @Test("encodes with the keys that scripts rely on")
    func json() throws {
        let data = try JSONEncoder().encode(LatencySummary(p50: 1))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        let keys: Set = ["p50", "p90", "p99", "p99_9", "max", "mean", "count"]
        #expect(Set((object ?? [:]).keys) == keys)
    }
}
