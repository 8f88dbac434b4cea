#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Wall-clock time that never steps back: the system's wall clock is read once, and time since
/// then is counted on the monotonic clock.
public struct WallClock: Sendable {
    private let anchor: Timestamp
    private let anchorInstant: ContinuousClock.Instant

    /// Anchors the clock at the system's present wall-clock time.
    public init() {
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        let seconds = UInt64(max(0, wall.tv_sec))
        anchor = Timestamp(unixNanoseconds: seconds * 1_000_000_000 + UInt64(max(0, wall.tv_nsec)))
        anchorInstant = ContinuousClock.now
    }

    /// The present instant; never earlier than one returned before.
    public var now: Timestamp {
        timestamp(at: ContinuousClock.now)
    }

    /// The wall-clock time of an instant of the monotonic clock, at or after the anchor.
    public func timestamp(at instant: ContinuousClock.Instant) -> Timestamp {
        let elapsed = max(0, anchorInstant.duration(to: instant).wholeNanoseconds)
        return Timestamp(unixNanoseconds: anchor.unixNanoseconds &+ UInt64(elapsed))
    }
}

extension Duration {
    /// The duration in nanoseconds, the fraction below one cut off; saturates past 292 years.
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || carry ? (seconds < 0 ? .min : .max) : sum
    }
}
