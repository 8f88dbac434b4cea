import Playback
import Synchronization

/// A clock on which waiting takes no time: it jumps to where it is waited for.
final class JumpingClock: ReplayClock {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    func sleep(until deadline: ContinuousClock.Instant) async throws {
        try Task.checkCancellation()
        instant.withLock { $0 = max($0, deadline) }
    }
}
