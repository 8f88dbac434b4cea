/// Where a replay stands on its schedule, which may be halted and sped up while it is played: the
/// anchor moves, so that neither makes what follows late.
struct Pace: Sendable {
    /// A speed can be doubled or halved that often.
    static let mostDoublings = 10

    private var anchor: ContinuousClock.Instant
    /// The time of the schedule that falls on the anchor.
    private var anchored: Duration = .zero
    /// The speed is the planned one times two to this power.
    private(set) var doublings = 0
    private(set) var isPaused = false

    /// The pace of a schedule that begins at an instant.
    init(start: ContinuousClock.Instant) {
        anchor = start
    }

    /// When a time of the schedule comes; nil while the replay is halted.
    func instant(of due: Duration) -> ContinuousClock.Instant? {
        isPaused ? nil : anchor + stretched(due - anchored, by: -doublings)
    }

    /// The time of the schedule at an instant.
    func position(at now: ContinuousClock.Instant) -> Duration {
        isPaused ? anchored : anchored + stretched(anchor.duration(to: now), by: doublings)
    }

    /// How long a stretch of the schedule takes at this pace.
    func realTime(of planned: Duration) -> Duration {
        stretched(planned, by: -doublings)
    }

    /// Halts where the schedule stands at an instant.
    mutating func pause(at now: ContinuousClock.Instant) {
        anchored = position(at: now)
        isPaused = true
    }

    /// Goes on, at an instant, from where it was halted.
    mutating func resume(at now: ContinuousClock.Instant) {
        anchor = now
        isPaused = false
    }

    /// Doubles the speed from an instant on, or halves it.
    /// - Returns: whether there was such a speed left.
    mutating func change(doublings change: Int, at now: ContinuousClock.Instant) -> Bool {
        guard abs(doublings + change) <= Self.mostDoublings else { return false }
        anchored = position(at: now)
        anchor = now
        doublings += change
        return true
    }

    private func stretched(_ duration: Duration, by doublings: Int) -> Duration {
        doublings < 0 ? duration / (1 << -doublings) : duration * (1 << doublings)
    }
}
