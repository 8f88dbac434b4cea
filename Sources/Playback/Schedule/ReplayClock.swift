import Lifecycle
import NIOCore

/// Where a replay gets its time from; tests hand in one of their own.
public protocol ReplayClock: Sendable {
    /// The present instant of the monotonic clock.
    var now: ContinuousClock.Instant { get }

    /// Waits until an instant, or returns at once when it has passed.
    /// - Throws: `CancellationError` when the task is cancelled meanwhile.
    func sleep(until instant: ContinuousClock.Instant) async throws
}

/// The machine's clock, with an event loop's timer, which is some 0.1 ms late.
struct EventLoopClock: ReplayClock {
    let eventLoop: any EventLoop

    var now: ContinuousClock.Instant { .now }

    func sleep(until instant: ContinuousClock.Instant) async throws {
        try await eventLoop.sleep(until: instant)
    }
}
