import Testing

@testable import Playback

@Suite("Pace")
struct PaceTests {
    private let start = ContinuousClock.now

    @Test("keeps the schedule unless told otherwise")
    func unchanged() {
        let pace = Pace(start: start)
        #expect(pace.instant(of: .seconds(3)) == start + .seconds(3))
        #expect(pace.position(at: start - .seconds(1)) == .seconds(-1))
    }

    @Test("goes on where it was halted, as much later as it was")
    func pause() {
        var pace = Pace(start: start)
        pace.pause(at: start + .seconds(2))
        #expect(pace.instant(of: .seconds(3)) == nil)
        #expect(pace.position(at: start + .seconds(50)) == .seconds(2))
        pace.resume(at: start + .seconds(9))
        #expect(pace.instant(of: .seconds(3)) == start + .seconds(10))
        pace.pause(at: start + .seconds(10))
        pace.resume(at: start + .seconds(11))
        #expect(pace.instant(of: .seconds(4)) == start + .seconds(12))
    }

    @Test("changes the speed from then on, exactly, while halted too")
    func speed() {
        var pace = Pace(start: start)
        let isFaster = pace.change(doublings: 1, at: start + .seconds(2))
        #expect(isFaster)
        #expect(pace.instant(of: .seconds(4)) == start + .seconds(3))
        #expect(
            pace.instant(of: .nanoseconds(4_000_000_002)) == start + .nanoseconds(3_000_000_001)
        )
        pace.pause(at: start + .seconds(3))
        let isSlower = pace.change(doublings: -2, at: start + .seconds(7))
        #expect(isSlower)
        pace.resume(at: start + .seconds(8))
        #expect(pace.instant(of: .seconds(5)) == start + .seconds(10))
        #expect(pace.realTime(of: .seconds(1)) == .seconds(2))
        #expect(pace.position(at: start + .seconds(10)) == .seconds(5))
    }

    @Test("stays within a thousand times the planned speed")
    func bounds() {
        var pace = Pace(start: start)
        let changes = (0..<11).map { _ in pace.change(doublings: -1, at: start) }
        #expect(changes == [Bool](repeating: true, count: 10) + [false])
        #expect(pace.doublings == -10)
    }
}
