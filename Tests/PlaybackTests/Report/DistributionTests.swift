import Latency
import Testing

@testable import Playback

@Suite("Latency distribution")
struct DistributionTests {
    @Test("is at no distance from itself and at 1 from one that shares nothing with it")
    func distance() {
        let first = LatencyDistribution(ms: [1, 2, 3], counts: [5, 5, 5])
        let second = LatencyDistribution(ms: [10], counts: [7])
        #expect(first.distance(to: first) == 0)
        #expect(first.distance(to: second) == 1)
        #expect(second.distance(to: first) == 1)
        #expect(first.distance(to: LatencyDistribution(ms: [], counts: [])) == 0)
    }

    @Test("measures the greatest difference of the shares")
    func partial() {
        let first = LatencyDistribution(ms: [1, 2], counts: [1, 1])
        let second = LatencyDistribution(ms: [1, 2], counts: [3, 1])
        #expect(first.distance(to: second) == 0.25)
    }

    @Test("gives a histogram's quantiles to one in a hundred")
    func quantiles() {
        var histogram = LatencyHistogram()
        for microseconds in 1...10_000 { histogram.record(.microseconds(microseconds)) }
        let distribution = LatencyDistribution(histogram)
        #expect(distribution.total == 10_000)
        #expect(abs(distribution.quantile(0.5) - 5) < 0.06)
        #expect(abs(distribution.quantile(0.99) - 9.9) < 0.1)
        #expect(distribution.ms.count < 400)
        #expect(distribution.ms == distribution.ms.sorted())
        #expect(LatencyDistribution(LatencyHistogram()).quantile(0.5) == 0)
    }

    @Test("measures gaps in the schedule's order, though answers come in another")
    func gaps() {
        var recorder = GapRecorder()
        recorder.record(2, sentAt: .milliseconds(40))
        recorder.record(1, sentAt: nil)
        #expect(recorder.gaps.count == 0)
        recorder.record(0, sentAt: .milliseconds(10))
        #expect(recorder.gaps.count == 1)
        #expect(abs(recorder.gaps.percentile(50) / .milliseconds(1) - 30) < 0.1)
    }
}
