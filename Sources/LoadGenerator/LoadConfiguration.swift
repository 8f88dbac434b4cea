import Foundation
import Terminal

/// What load to make, and where.
public struct LoadConfiguration: Sendable, Equatable {
    /// The most orders one load may plan.
    public static let mostOrders = 100_000_000

    /// The most orders that may be under way at the same time.
    public static let mostConcurrent = 10_000

    /// Where the order service listens, without a slash at the end: `http://127.0.0.1:8081`.
    public let target: String

    /// How many orders start each second, on average.
    public let ordersPerSecond: Double

    /// How long orders are due.
    public let duration: Duration

    /// How many orders may be under way at the same time.
    public let maxConcurrent: Int

    /// How orders follow one another.
    public let arrivals: Arrivals

    /// Determines the arrivals and every order's content.
    public let seed: UInt64

    /// How long an order may take until it is answered; after that it counts as timed out.
    public var requestTimeout = Duration.seconds(10)

    /// How long to wait at the start until the service answers that it is healthy.
    public var startTimeout = Duration.seconds(5)

    /// How long past ``duration`` orders that are late may still start; the rest are missed.
    public var overtime = Duration.seconds(10)

    /// A load within the bounds that a process can make.
    ///
    /// - Throws: ``LoadError`` for a target that is no HTTP URL, for a rate or duration that isn't
    ///   above zero, and past ``mostOrders`` and ``mostConcurrent``.
    public init(
        target: String = "http://127.0.0.1:8081",
        ordersPerSecond: Double = 100,
        duration: Duration = .seconds(60),
        maxConcurrent: Int = 200,
        arrivals: Arrivals = .uniform,
        seed: UInt64 = 1
    ) throws(LoadError) {
        guard let url = URLComponents(string: target),
            url.scheme == "http" || url.scheme == "https", let host = url.host, !host.isEmpty,
            url.query == nil, url.fragment == nil, url.user == nil
        else {
            throw .invalidTarget(target)
        }
        guard ordersPerSecond.isFinite, ordersPerSecond > 0 else {
            throw .invalidRate(ordersPerSecond)
        }
        guard duration > .zero, duration <= DurationArgument.longest else {
            throw .invalidDuration(duration)
        }
        guard (1...Self.mostConcurrent).contains(maxConcurrent) else {
            throw .invalidMaxConcurrent(maxConcurrent)
        }
        let planned = ordersPerSecond * (duration / .seconds(1))
        guard planned <= Double(Self.mostOrders) else { throw .tooManyOrders(planned) }
        self.target = target.hasSuffix("/") ? String(target.dropLast()) : target
        self.ordersPerSecond = ordersPerSecond
        self.duration = duration
        self.maxConcurrent = maxConcurrent
        self.arrivals = arrivals
        self.seed = seed
    }

    var schedule: ArrivalSchedule {
        ArrivalSchedule(
            arrivals: arrivals,
            ordersPerSecond: ordersPerSecond,
            duration: duration,
            seed: seed
        )
    }
}
