import Lifecycle
public import NIOCore
import OTLP
import Synchronization

/// Where a replay gets its time from; tests hand in one of their own.
public protocol ReplayClock: Sendable {
    /// The present instant of the monotonic clock.
    var now: ContinuousClock.Instant { get }

    /// Waits until an instant, or returns at once when it has passed.
    /// - Throws: `CancellationError` when the task is cancelled meanwhile.
    func sleep(until instant: ContinuousClock.Instant) async throws
}

/// The machine's clock, with an event loop's timer, which is set earlier by as much as it was late
/// before; what is left then passes without sleep.
public final class EventLoopClock: ReplayClock {
    /// Beyond this a timer was late because of what else the machine did, not of waking up.
    private static let longestLeadNanoseconds: Int64 = 100_000

    private let eventLoop: any EventLoop
    // How much earlier the timer is set: at most, how late it nearly always is.
    private let leadNanoseconds = Atomic<Int64>(50_000)

    /// A clock that waits on the given event loop.
    public init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// The present instant of the monotonic clock.
    public var now: ContinuousClock.Instant { .now }

    /// Waits until an instant, or returns at once when it has passed.
    ///
    /// Keeps the event loop for up to 0.1 ms before the instant, far less as a rule.
    public func sleep(until instant: ContinuousClock.Instant) async throws {
        let lead = leadNanoseconds.load(ordering: .relaxed)
        let early = instant - .nanoseconds(lead)
        if ContinuousClock.now < early {
            try await eventLoop.sleep(until: early)
            learn(lateness: early.duration(to: .now).wholeNanoseconds, lead: lead)
        }
        while ContinuousClock.now < instant {}
    }

    /// Follows the timer's lateness, up faster than down, so that most of the time it is enough.
    private func learn(lateness: Int64, lead: Int64) {
        let error = min(lateness, Self.longestLeadNanoseconds) - lead
        leadNanoseconds.store(lead + error / (error > 0 ? 4 : 16), ordering: .relaxed)
    }
}
