import Lifecycle
public import NIOCore

/// Where a replay gets its time from; tests hand in one of their own.
public protocol ReplayClock: Sendable {
    /// The present instant of the monotonic clock.
    var now: ContinuousClock.Instant { get }

    /// Waits until an instant, or returns at once when it has passed.
    /// - Throws: `CancellationError` when the task is cancelled meanwhile.
    func sleep(until instant: ContinuousClock.Instant) async throws
}

/// The machine's clock, with an event loop's timer.
public struct EventLoopClock: ReplayClock {
    private let eventLoop: any EventLoop

    /// A clock that waits on the given event loop.
    public init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// The present instant of the monotonic clock.
    public var now: ContinuousClock.Instant { .now }

    /// Waits until an instant, or returns at once when it has passed.
    public func sleep(until instant: ContinuousClock.Instant) async throws {
        try await eventLoop.sleep(until: instant)
    }
}
