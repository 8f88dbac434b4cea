import Lifecycle
import NIOCore
import Synchronization

/// Wakes a lane in time: an event loop's timer, set earlier by as much as it nearly always is late;
/// what is left then passes without sleep.
///
/// A machine at rest takes 0.1 to 0.2 ms to wake a thread. What passes without sleep is at most a
/// quarter of the time in the long run and 60 µs a request, far less as a rule; the event loop goes
/// on meanwhile, but for the last 60 µs.
final class PunctualTimer: Sendable {
    /// What a timer is set to that is to fire at the event loop's next turn, after it has looked
    /// for what came in: that takes 15 to 20 µs.
    private static let shortestSleep: Duration = .microseconds(4)

    private let eventLoop: any EventLoop
    private let wakeUp: Mutex<WakeUp>

    /// A timer of the given event loop.
    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        wakeUp = Mutex(WakeUp(at: .now))
    }

    /// How long before a request is due it is best made ready, to be held until then: as much as
    /// that takes with cold caches, and a turn of the event loop.
    let longestHold: Duration = .microseconds(60)

    /// Waits until an instant, or returns at once when it has passed.
    /// - Throws: `CancellationError` when the task is cancelled meanwhile.
    func sleep(until instant: ContinuousClock.Instant) async throws {
        let now = ContinuousClock.now
        guard now < instant else { return }
        let lead = wakeUp.withLock { $0.lead(at: now) }
        var woken = now
        if now < instant - lead {
            try await eventLoop.sleep(until: instant - lead)
            woken = .now
            wakeUp.withLock { $0.fired(late: (instant - lead).duration(to: woken), lead: lead) }
        }
        guard woken < instant else { return }
        while ContinuousClock.now < instant {
            try await eventLoop.sleep(until: .now + Self.shortestSleep)
        }
        wakeUp.withLock { $0.spent(woken.duration(to: instant)) }
    }

    /// Has what is left until an instant, no more than ``longestHold``, pass without sleep.
    func hold(until instant: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        let end = min(instant, now + longestHold)
        guard now < end else { return }
        wakeUp.withLock { $0.spent(now.duration(to: end)) }
        while ContinuousClock.now < end {}
    }
}
