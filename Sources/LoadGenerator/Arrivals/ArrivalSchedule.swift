import Foundation

/// How orders follow one another.
public enum Arrivals: String, Sendable, CaseIterable, Codable {
    /// At equal distances.
    case uniform
    /// Independently of each other, as customers come: a Poisson process.
    case poisson
}

/// When each order is due, counted from the load's start: the same for the same seed.
public struct ArrivalSchedule: Sequence, IteratorProtocol, Sendable {
    private let arrivals: Arrivals
    private let ordersPerSecond: Double
    private let durationNanoseconds: Double
    private var random: SplitMix64
    private var index = 0
    private var poissonNanoseconds = 0.0

    /// A schedule over a duration; `ordersPerSecond` must be above 0.
    public init(arrivals: Arrivals, ordersPerSecond: Double, duration: Duration, seed: UInt64) {
        self.arrivals = arrivals
        self.ordersPerSecond = ordersPerSecond
        durationNanoseconds = duration / .nanoseconds(1)
        random = SplitMix64(seed: seed)
    }

    /// When the next order is due; nil once the duration is over.
    public mutating func next() -> Duration? {
        switch arrivals {
        case .uniform:
            guard index < uniformCount else { return nil }
            // Each from the index, so that no rounding error adds up.
            let nanoseconds = Double(index) * 1e9 / ordersPerSecond
            index += 1
            return .nanoseconds(Int64(nanoseconds.rounded()))
        case .poisson:
            poissonNanoseconds += -log(1 - random.nextUnit()) * 1e9 / ordersPerSecond
            guard poissonNanoseconds < durationNanoseconds else { return nil }
            return .nanoseconds(Int64(poissonNanoseconds))
        }
    }

    /// How many orders are still to come: rate × duration where they are uniform; where they are
    /// random they are all drawn once to be counted, some 20 ns each.
    public var remainingCount: Int {
        switch arrivals {
        case .uniform: uniformCount - index
        case .poisson: reduce(0) { count, _ in count + 1 }
        }
    }

    /// The tolerance keeps 0.1/s × 30 s at 3 orders, though the product is a little above 3.
    private var uniformCount: Int {
        Int((ordersPerSecond * durationNanoseconds / 1e9 - 1e-6).rounded(.up))
    }
}
