public import OTLP

/// Where the backends take time from, so that a test may put its own in place.
public struct TelemetryClock: Sendable {
    /// The wall-clock time that log records and metric points carry.
    public let wallTime: @Sendable () -> Timestamp

    /// The monotonic time by which timeouts are measured.
    public let now: @Sendable () -> ContinuousClock.Instant

    /// Suspends for a duration; throws when the task is cancelled meanwhile.
    public let sleep: @Sendable (Duration) async throws -> Void

    /// A clock of the given parts.
    public init(
        wallTime: @escaping @Sendable () -> Timestamp,
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.wallTime = wallTime
        self.now = now
        self.sleep = sleep
    }

    /// The system's clocks, with wall time as `wallClock` gives it.
    public static func system(wallClock: WallClock = WallClock()) -> TelemetryClock {
        TelemetryClock(
            wallTime: { wallClock.now },
            now: { ContinuousClock.now },
            sleep: { try await Task.sleep(for: $0) }
        )
    }
}
