import Foundation

/// Decides what happens to each order: a pure function of the seed and the order's number, so that
/// concurrency changes nothing.
struct Simulation: Sendable {
    let seed: UInt64
    /// From 0 to 1.
    let failureRate: Double
    /// From 0 to 1,000.
    let timeScale: Double

    /// What the inventory database and the payment provider take at most.
    static let longestMilliseconds = 150.0

    func order(_ number: UInt64) -> SimulatedOrder {
        // Mixing is a bijection, so numbers of one seed never share an id.
        let origin = SplitMix64.mix(
            SplitMix64.mix(seed) &+ (number &+ 1) &* SplitMix64.increment
        )
        var generator = SplitMix64(state: origin)
        let failure =
            generator.nextFraction() < failureRate
            ? Self.failure(at: generator.nextFraction()) : nil
        let paymentTime = time(median: 12, spread: 0.55, &generator)
        return SimulatedOrder(
            id: "ord_" + hexadecimal(origin),
            failure: failure,
            holdTime: time(median: 4, spread: 0.5, &generator),
            paymentTime: failure == .paymentTimeout
                ? scaled(milliseconds: Self.longestMilliseconds) : paymentTime,
            releaseTime: time(median: 3, spread: 0.4, &generator),
            authorizationID: "auth_" + hexadecimal(generator.next()),
            warehouse: Self.warehouses[Int(generator.next() % UInt64(Self.warehouses.count))],
            declineReason: Self.declineReasons[
                Int(generator.next() % UInt64(Self.declineReasons.count))
            ],
            missingLine: generator.next()
        )
    }

    private static func failure(at fraction: Double) -> SimulatedOrder.Failure {
        switch fraction {
        case ..<0.45: .outOfStock
        case ..<0.8: .paymentDeclined
        default: .paymentTimeout
        }
    }

    /// A log-normal time, its median in milliseconds and its logarithm's standard deviation given.
    private func time(
        median: Double,
        spread: Double,
        _ generator: inout SplitMix64
    ) -> Duration {
        let radius = (-2 * log(1 - generator.nextFraction())).squareRoot()
        let normal = radius * cos(2 * .pi * generator.nextFraction())
        return scaled(milliseconds: min(Self.longestMilliseconds, median * exp(spread * normal)))
    }

    private func scaled(milliseconds: Double) -> Duration {
        .nanoseconds(Int64(milliseconds * timeScale * 1e6))
    }

    private static let warehouses = ["ams-1", "cph-2", "fra-1", "lis-1", "prg-3", "waw-1"]
    private static let declineReasons = [
        "card_expired", "do_not_honor", "insufficient_funds", "limit_exceeded", "suspected_fraud",
    ]
}

/// What is to happen to one order.
struct SimulatedOrder: Equatable {
    enum Failure: CaseIterable {
        case outOfStock, paymentDeclined, paymentTimeout
    }

    let id: String
    let failure: Failure?
    let holdTime: Duration
    let paymentTime: Duration
    let releaseTime: Duration
    let authorizationID: String
    let warehouse: String
    let declineReason: String
    /// Modulo the number of lines: which one is out of stock.
    let missingLine: UInt64
}

private func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
