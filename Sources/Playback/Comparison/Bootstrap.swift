import Foundation

/// Confidence intervals of the difference between two runs, by resampling (Efron's bootstrap); the
/// same seed gives the same interval.
struct Bootstrap {
    /// The chance that any of the intervals misses.
    private static let error = 0.05
    /// Draws beyond either end of an interval, where the bounds on all draws leave as many.
    private static let drawsBeyond = 10.0

    private var random: SplitMix64
    // Of the draws, what lies beyond either end of an interval.
    private let tail: Double
    // How often each figure is drawn anew.
    private let draws: Int

    /// Intervals of which so many, at least one, hold together with 95 %: each is wider for it
    /// (Bonferroni's correction), so that among many equal figures none seems to differ by chance.
    init(seed: UInt64, intervals: Int = 1) {
        random = SplitMix64(seed: seed)
        tail = Self.error / Double(max(1, intervals)) / 2
        draws = Int(min(20_000, max(1_000, Self.drawsBeyond / tail)))
    }

    /// The interval of the relative difference of a quantile, the second run against the
    /// first; nil where there is nothing to draw from.
    ///
    /// A quantile of a sample drawn anew is the distribution's own at a rank that follows a beta
    /// distribution (David and Nagaraja, "Order Statistics", section 2.1), so no sample is drawn.
    mutating func interval(
        _ first: LatencyDistribution,
        _ second: LatencyDistribution,
        quantile share: Double
    ) -> ClosedRange<Double>? {
        guard first.total > 0, second.total > 0 else { return nil }
        return interval { random in
            let rank = Self.rank(of: share, count: first.total, &random)
            let otherRank = Self.rank(of: share, count: second.total, &random)
            return (first.quantile(rank), second.quantile(otherRank))
        }
    }

    /// The interval of the relative difference of a mean; nil for fewer than three values.
    mutating func interval(_ first: [Double], _ second: [Double]) -> ClosedRange<Double>? {
        guard first.count > 2, second.count > 2 else { return nil }
        return interval { random in
            (Self.mean(of: first, &random), Self.mean(of: second, &random))
        }
    }

    private mutating func interval(
        _ draw: (inout SplitMix64) -> (Double, Double)
    ) -> ClosedRange<Double>? {
        var differences: [Double] = []
        for _ in 0..<draws {
            let (first, second) = draw(&random)
            if first > 0 { differences.append(second / first - 1) }
        }
        guard !differences.isEmpty else { return nil }
        differences.sort()
        let last = Double(differences.count - 1)
        return differences[Int(tail * last)]...differences[Int(((1 - tail) * last).rounded(.up))]
    }

    private static func mean(of values: [Double], _ random: inout SplitMix64) -> Double {
        var sum = 0.0
        for _ in values { sum += values[Int.random(in: 0..<values.count, using: &random)] }
        return sum / Double(values.count)
    }

    /// A share drawn from Beta(k, n − k + 1), where k is the quantile's rank among n.
    private static func rank(
        of share: Double,
        count: UInt64,
        _ random: inout SplitMix64
    ) -> Double {
        let size = Double(count)
        let rank = min(size, max(1, (share * size).rounded(.up)))
        let below = gamma(rank, &random)
        return below / (below + gamma(size - rank + 1, &random))
    }

    /// A draw from the gamma distribution of a shape of at least 1 (Marsaglia and Tsang, 2000).
    private static func gamma(_ shape: Double, _ random: inout SplitMix64) -> Double {
        let offset = shape - 1.0 / 3
        let scale = 1 / (9 * offset).squareRoot()
        while true {
            let normal = normal(&random)
            let root = 1 + scale * normal
            guard root > 0 else { continue }
            let value = root * root * root
            let limit = 0.5 * normal * normal + offset * (1 - value + log(value))
            if log(.random(in: Double.leastNormalMagnitude..<1, using: &random)) < limit {
                return offset * value
            }
        }
    }

    /// A draw from the standard normal distribution (Marsaglia's polar method).
    private static func normal(_ random: inout SplitMix64) -> Double {
        while true {
            let first = Double.random(in: -1..<1, using: &random)
            let second = Double.random(in: -1..<1, using: &random)
            let square = first * first + second * second
            guard square > 0, square < 1 else { continue }
            return first * (-2 * log(square) / square).squareRoot()
        }
    }
}

/// Steele, Lea and Flood's SplitMix64 generator.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
