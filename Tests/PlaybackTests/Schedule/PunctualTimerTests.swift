import NIOPosix
import Testing

@testable import Playback

@Suite("PunctualTimer")
struct PunctualTimerTests {
    private let timer = PunctualTimer(eventLoop: MultiThreadedEventLoopGroup.singleton.next())

    @Test("never wakes early, however late its timer was before")
    func neverEarly() async throws {
        for microseconds in [0, 20, 90, 300, 1_000, 5_000] {
            for _ in 0..<10 {
                let instant = ContinuousClock.now + .microseconds(microseconds)
                try await timer.sleep(until: instant)
                #expect(ContinuousClock.now >= instant)
            }
        }
    }

    @Test("holds a request until it is due, and one that is due much later only for a moment")
    func hold() {
        for microseconds in [-10, 0, 5, 50] {
            let instant = ContinuousClock.now + .microseconds(microseconds)
            timer.hold(until: instant)
            #expect(ContinuousClock.now >= instant)
        }
        let before = ContinuousClock.now
        timer.hold(until: before + .seconds(3_600))
        #expect(ContinuousClock.now >= before + timer.longestHold)
    }

    @Test("waits no longer once it is cancelled")
    func cancelled() async {
        let waiting = Task { try await timer.sleep(until: ContinuousClock.now + .seconds(3_600)) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
