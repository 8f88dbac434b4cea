import Synchronization

/// What the tasks of a replay share.
final class ReplayState: Sendable {
    let ledger = Mutex(ReplayLedger())
    let started = Mutex<ContinuousClock.Instant?>(nil)
    /// As it was last changed.
    let pace = Mutex<Pace?>(nil)
    let commands = Mutex<[ReplayCommand]>([])
    /// Whether there are commands that were not carried out yet.
    let isAsked = Atomic<Bool>(false)
    let isEnding = Atomic<Bool>(false)
}
