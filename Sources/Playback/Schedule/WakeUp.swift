/// How much earlier than an instant a timer is set, so that it nearly always fires before it, and
/// how much of the time left until then may pass without sleep.
///
/// Decisions only: the clock that waits says what time it is.
struct WakeUp {
    /// A timer that is later than this was late because of what else the machine did.
    static let longestLead: Duration = .microseconds(400)

    /// Timers are set earlier by at most this share of the time, beyond what was saved up before.
    private static let shareOfTime = 4
    private static let mostSaved: Duration = .milliseconds(250)

    /// A timer that is early takes this from the lead; one that is late adds thirty times as much,
    /// so that about one in thirty is.
    private static let step: Duration = .microseconds(2)
    private static let stepsWhenLate = 30

    private var learned: Duration = .microseconds(200)
    private var saved = mostSaved
    private var savedAt: ContinuousClock.Instant

    init(at now: ContinuousClock.Instant) {
        savedAt = now
    }

    /// How much earlier than needed a timer is to be set now.
    mutating func lead(at now: ContinuousClock.Instant) -> Duration {
        saved = min(Self.mostSaved, saved + savedAt.duration(to: now) / Self.shareOfTime)
        savedAt = now
        return min(learned, saved)
    }

    /// A timer that was set earlier by a lead was so late, or would have been.
    mutating func fired(late lateness: Duration, lead: Duration) {
        // One set for less than was learned tells nothing of that.
        guard lead >= learned else { return }
        let change = lateness > lead ? Self.step * Self.stepsWhenLate : .zero - Self.step
        learned = max(.zero, min(Self.longestLead, learned + change))
    }

    /// So much time passed without sleep.
    mutating func spent(_ time: Duration) {
        saved = max(.zero, saved - time)
    }
}
