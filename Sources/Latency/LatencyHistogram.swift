import Histogram

/// A distribution of times, kept to three significant digits in constant memory (an HDR histogram).
public struct LatencyHistogram: Sendable {
    /// Values above an hour count as an hour.
    private static let highestNanoseconds: UInt64 = 3_600_000_000_000
    private var histogram: Histogram<UInt64>

    /// A distribution of nothing.
    public init() {
        histogram = Histogram(
            lowestDiscernibleValue: 100,
            highestTrackableValue: Self.highestNanoseconds,
            numberOfSignificantValueDigits: .three
        )
    }

    /// Counts a time; one below zero counts as zero.
    public mutating func record(_ time: Duration) {
        let (seconds, attoseconds) = time.components
        guard seconds >= 0, attoseconds >= 0 else { return record(nanoseconds: 0) }
        guard seconds < 3_600 else { return record(nanoseconds: Self.highestNanoseconds) }
        record(nanoseconds: UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000))
    }

    /// Counts a time in nanoseconds.
    public mutating func record(nanoseconds: UInt64) {
        histogram.record(min(nanoseconds, Self.highestNanoseconds))
    }

    /// Adds all that another distribution counted.
    public mutating func add(_ other: LatencyHistogram) {
        histogram.add(other.histogram)
    }

    /// How many times were counted.
    public var count: UInt64 { histogram.totalCount }

    /// The time, in milliseconds, that the given share of all times (0…100 percent) doesn't exceed.
    public func milliseconds(atPercentile percentile: Double) -> Double {
        count == 0 ? 0 : Double(histogram.valueAtPercentile(percentile)) / 1e6
    }

    /// The distribution in the form that reports carry.
    public var summary: LatencySummary {
        guard count > 0 else { return LatencySummary() }
        return LatencySummary(
            p50: milliseconds(atPercentile: 50),
            p90: milliseconds(atPercentile: 90),
            p99: milliseconds(atPercentile: 99),
            p99_9: milliseconds(atPercentile: 99.9),
            max: Double(histogram.max) / 1e6,
            mean: histogram.mean / 1e6,
            count: count
        )
    }
}
