public import Histogram

/// Counts durations from 0 to 1 hour, to three significant digits and half a microsecond.
///
/// A duration below zero counts as zero, one past an hour as an hour. About 190 kB, whatever is
/// recorded.
public struct LatencyHistogram: Sendable, Equatable {
    /// The longest duration told apart from longer ones.
    public static let longest = Duration.seconds(3_600)

    private static let longestNanoseconds: UInt64 = 3_600_000_000_000

    /// The counts by value in nanoseconds.
    public private(set) var nanoseconds = Histogram<UInt64>(
        lowestDiscernibleValue: 1_000,
        highestTrackableValue: longestNanoseconds
    )

    /// An empty histogram.
    public init() {}

    /// How many durations were recorded.
    public var count: UInt64 { nanoseconds.totalCount }

    /// Counts a duration.
    public mutating func record(_ duration: Duration) {
        nanoseconds.record(Self.clamped(duration))
    }

    /// Adds what another histogram counted.
    public mutating func merge(_ other: LatencyHistogram) {
        nanoseconds.add(other.nanoseconds)
    }

    /// The duration that a share of those recorded, in per cent, did not exceed; zero if none were.
    public func percentile(_ percent: Double) -> Duration {
        .nanoseconds(Int64(clamping: nanoseconds.valueAtPercentile(percent)))
    }

    /// The percentiles that reports give.
    public var summary: LatencySummary {
        LatencySummary(nanoseconds, unit: .nanoseconds(1))
    }

    private static func clamped(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        guard seconds < 3_600 else { return longestNanoseconds }
        guard duration > .zero else { return 0 }
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
