import NIOPosix
import Playback
import Testing

@Suite("EventLoopClock")
struct EventLoopClockTests {
    private let clock = EventLoopClock(eventLoop: MultiThreadedEventLoopGroup.singleton.next())

    @Test("never comes back early, however late its timer was before")
    func neverEarly() async throws {
        for microseconds in [0, 20, 90, 300, 1_000, 5_000] {
            for _ in 0..<10 {
                let instant = clock.now + .microseconds(microseconds)
                try await clock.sleep(until: instant)
                #expect(clock.now >= instant)
            }
        }
    }

    @Test("holds a request until it is due, and one that is due much later only for a moment")
    func hold() {
        for microseconds in [-10, 0, 5, 50] {
            let instant = clock.now + .microseconds(microseconds)
            clock.hold(until: instant)
            #expect(clock.now >= instant)
        }
        let before = clock.now
        clock.hold(until: before + .seconds(3_600))
        #expect(clock.now >= before + clock.longestHold)
    }

    @Test("waits no longer once it is cancelled")
    func cancelled() async {
        let waiting = Task { try await clock.sleep(until: clock.now + .seconds(3_600)) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
