import LoadGenerator
import Testing

@Suite struct ArrivalScheduleTests {
    private func schedule(
        _ arrivals: Arrivals,
        rps: Double,
        for duration: Duration,
        seed: UInt64 = 1
    ) -> ArrivalSchedule {
        ArrivalSchedule(arrivals: arrivals, ordersPerSecond: rps, duration: duration, seed: seed)
    }

    @Test("spaces uniform arrivals equally, from the start on")
    func uniform() {
        let offsets = Array(schedule(.uniform, rps: 4, for: .seconds(1)))
        #expect(offsets == [0, 250, 500, 750].map { .milliseconds($0) })
    }

    @Test(
        "plans rate times duration",
        arguments: [
            (100, .seconds(60), 6_000), (0.1, .seconds(30), 3), (0.5, .seconds(1), 1),
            (3, .milliseconds(100), 1), (1_000.0 / 3, .seconds(3), 1_000),
        ] as [(Double, Duration, Int)]
    )
    func plannedCount(rps: Double, duration: Duration, planned: Int) {
        let schedule = schedule(.uniform, rps: rps, for: duration)
        #expect(schedule.remainingCount == planned)
        #expect(Array(schedule).count == planned)
    }

    @Test("does not drift: the last of a million is due at its place")
    func noDrift() {
        var last: Duration?
        for offset in schedule(.uniform, rps: 3_000, for: .seconds(333)) { last = offset }
        #expect(last == .nanoseconds(332_999_666_667))
    }

    @Test("draws Poisson arrivals in order, within the duration, the same for the same seed")
    func poisson() {
        let offsets = Array(schedule(.poisson, rps: 50, for: .seconds(20)))
        #expect(offsets == offsets.sorted())
        #expect(offsets.allSatisfy { $0 >= .zero && $0 < .seconds(20) })
        #expect(offsets == Array(schedule(.poisson, rps: 50, for: .seconds(20))))
        #expect(offsets != Array(schedule(.poisson, rps: 50, for: .seconds(20), seed: 2)))
        #expect(schedule(.poisson, rps: 50, for: .seconds(20)).remainingCount == offsets.count)
    }

    @Test("gives Poisson arrivals exponential distances: mean and deviation are 1/rate")
    func exponential() {
        let offsets = Array(schedule(.poisson, rps: 100, for: .seconds(1_000)))
        let gaps = zip(offsets.dropFirst(), offsets).map { ($0 - $1) / .seconds(1) }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
        #expect(abs(mean - 0.01) < 0.000_2)
        #expect(abs(variance.squareRoot() - 0.01) < 0.000_2)
        #expect(abs(offsets.count - 100_000) < 1_500)
    }

    @Test("counts what is still to come")
    func remainingCount() {
        var schedule = schedule(.uniform, rps: 10, for: .seconds(1))
        _ = schedule.next()
        #expect(schedule.remainingCount == 9)
    }
}
