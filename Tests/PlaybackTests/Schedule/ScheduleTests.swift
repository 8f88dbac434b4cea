import OTLP
import Testing

@testable import Playback

@Suite("Schedule")
struct ScheduleTests {
    private func schedule(_ speed: String) throws -> Schedule {
        Schedule(
            origin: Timestamp(unixNanoseconds: 1_000),
            end: Timestamp(unixNanoseconds: 61_000_001_000),
            latestTime: Timestamp(unixNanoseconds: 61_500_000_000),
            speed: try PlaybackSpeed(parsing: speed)
        )
    }

    @Test("divides the time since the first arrival by the speed")
    func due() throws {
        let arrival = Timestamp(unixNanoseconds: 10_000_001_000)
        #expect(try schedule("10x").due(arrival) == .seconds(1))
        #expect(try schedule("0.5x").due(arrival) == .seconds(20))
        #expect(try schedule("max").due(arrival) == nil)
        #expect(try schedule("10x").plannedDuration == .milliseconds(6_100))
    }

    @Test("counts the due times of all laps from one start")
    func laps() throws {
        let schedule = Schedule(
            origin: Timestamp(unixNanoseconds: 1_000),
            end: Timestamp(unixNanoseconds: 10_000_001_000),
            latestTime: Timestamp(unixNanoseconds: 11_000_000_000),
            speed: try PlaybackSpeed(parsing: "3x"),
            laps: 1_000,
            lap: .nanoseconds(10_000_000_001)
        )
        let arrival = Timestamp(unixNanoseconds: 1_001)
        #expect(schedule.due(arrival, lap: 999) == .nanoseconds(9_990_000_001_000 / 3))
        #expect(
            schedule.plannedDuration == .nanoseconds((9_990_000_000_999 + 10_000_000_000) / 3)
        )
    }

    @Test("never wraps on extreme arrivals")
    func extremes() throws {
        let schedule = try schedule("0.000001x")
        #expect(schedule.due(Timestamp(unixNanoseconds: 0)) == .zero)
        #expect(schedule.due(Timestamp(unixNanoseconds: .max)) == .zero)
    }
}
