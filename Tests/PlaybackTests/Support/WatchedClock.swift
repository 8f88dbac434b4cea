import Playback
import Synchronization

/// A clock that jumps to where it is waited for, and tells a script how long it has run each time.
final class WatchedClock: ReplayClock {
    private let start = ContinuousClock.now
    private let clock = JumpingClock()
    private let script = Mutex<(@Sendable (Duration) -> Void)?>(nil)

    var now: ContinuousClock.Instant { clock.now }

    func watch(_ script: @escaping @Sendable (_ elapsed: Duration) -> Void) {
        self.script.withLock { $0 = script }
    }

    func sleep(until instant: ContinuousClock.Instant) async throws {
        try await clock.sleep(until: instant)
        script.withLock { $0 }?(start.duration(to: now))
    }
}
