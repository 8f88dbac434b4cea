import Histogram
import Latency

/// How often each duration was measured, as a rule told apart to one in a hundred.
public struct LatencyDistribution: Codable, Equatable, Sendable {
    /// The durations in milliseconds, ascending.
    public let ms: [Double]
    /// How often each was measured.
    public let counts: [UInt64]

    /// A distribution of the given counts.
    public init(ms: [Double], counts: [UInt64]) {
        self.ms = ms
        self.counts = counts
    }

    /// What was measured, told apart to one in a hundred, or as finely as it was counted.
    init(_ histogram: LatencyHistogram, rounded: Bool = true) {
        var ms: [Double] = []
        var counts: [UInt64] = []
        for bucket in histogram.nanoseconds.recordedValues() {
            let value = rounded ? Self.rounded(bucket.value) : Double(bucket.value) / 1e6
            if value == ms.last {
                counts[counts.count - 1] += bucket.count
            } else {
                ms.append(value)
                counts.append(bucket.count)
            }
        }
        self.init(ms: ms, counts: counts)
    }

    /// How many durations were measured.
    public var total: UInt64 { counts.reduce(0, +) }

    /// The duration that a share of them, from 0 to 1, did not exceed; 0 if there are none.
    public func quantile(_ share: Double) -> Double {
        let rank = share * Double(total)
        var below = 0.0
        for (value, count) in zip(ms, counts) {
            below += Double(count)
            if below >= rank { return value }
        }
        return ms.last ?? 0
    }

    /// The Kolmogorov–Smirnov distance to another distribution: the greatest difference between the
    /// shares that don't exceed a duration, from 0 (alike) to 1; 0 where one is empty.
    public func distance(to other: LatencyDistribution) -> Double {
        let (ours, theirs) = (Double(total), Double(other.total))
        guard ours > 0, theirs > 0 else { return 0 }
        var (first, second) = (0, 0)
        var (below, otherBelow, greatest) = (0.0, 0.0, 0.0)
        while first < ms.count || second < other.ms.count {
            let value = min(
                first < ms.count ? ms[first] : .infinity,
                second < other.ms.count ? other.ms[second] : .infinity
            )
            while first < ms.count, ms[first] <= value {
                below += Double(counts[first]) / ours
                first += 1
            }
            while second < other.ms.count, other.ms[second] <= value {
                otherBelow += Double(other.counts[second]) / theirs
                second += 1
            }
            greatest = max(greatest, abs(below - otherBelow))
        }
        return greatest
    }

    /// A value in milliseconds, rounded to two digits.
    private static func rounded(_ nanoseconds: UInt64) -> Double {
        var scale: UInt64 = 1
        while nanoseconds / scale >= 100 { scale *= 10 }
        return Double((nanoseconds + scale / 2) / scale * scale) / 1e6
    }
}
