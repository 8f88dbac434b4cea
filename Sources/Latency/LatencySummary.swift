/// A distribution of times as every report's JSON carries it, in milliseconds.
public struct LatencySummary: Codable, Equatable, Sendable {
    /// Half of all times are at most this long.
    public let p50: Double
    /// 90 % of all times are at most this long.
    public let p90: Double
    /// 99 % of all times are at most this long.
    public let p99: Double
    /// 99.9 % of all times are at most this long.
    public let p99_9: Double
    /// The longest time.
    public let max: Double
    /// The average.
    public let mean: Double
    /// How many times were counted.
    public let count: UInt64

    /// A summary of the given figures, in milliseconds; of nothing without any.
    public init(
        p50: Double = 0,
        p90: Double = 0,
        p99: Double = 0,
        p99_9: Double = 0,
        max: Double = 0,
        mean: Double = 0,
        count: UInt64 = 0
    ) {
        self.p50 = Self.rounded(p50)
        self.p90 = Self.rounded(p90)
        self.p99 = Self.rounded(p99)
        self.p99_9 = Self.rounded(p99_9)
        self.max = Self.rounded(max)
        self.mean = Self.rounded(mean)
        self.count = count
    }

    /// To the nanosecond below which no clock of ours looks, so that JSON shows no noise.
    private static func rounded(_ milliseconds: Double) -> Double {
        (milliseconds * 1e6).rounded() / 1e6
    }
}
