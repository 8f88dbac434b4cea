/// Where the order service listens, how often its orders fail, and how long they take.
public struct OrderServiceConfiguration: Sendable {
    /// The address to bind to, as a name or a numeric address.
    public var host = "127.0.0.1"

    /// The port to bind to; 0 lets the system pick one.
    public var port = 8081

    /// The share of orders that fail, from 0 to 1.
    public var failureRate = 0.1

    /// What simulated outcomes and durations derive from: the same seed gives the n-th order the
    /// same ones.
    public var seed: UInt64 = 1

    /// What simulated durations are multiplied by, from 0 to 1,000; 0 takes the waiting out.
    public var timeScale = 1.0

    /// How many orders are kept, at least 1; the oldest is dropped for the next one.
    public var storeCapacity = 10_000

    /// The largest request body in bytes, at least 1; a larger one is answered with 413.
    public var maximumBodyBytes = 256 * 1024

    /// The defaults.
    public init() {}

    /// Checks that every value is within its range.
    /// - Throws: ``OrderServiceError``, naming the first that isn't.
    public func validate() throws(OrderServiceError) {
        guard 0...65_535 ~= port else { throw .invalidPort(port) }
        guard 0...1 ~= failureRate else { throw .invalidFailureRate(failureRate) }
        guard 0...1_000 ~= timeScale else { throw .invalidTimeScale(timeScale) }
        guard storeCapacity >= 1 else { throw .invalidStoreCapacity(storeCapacity) }
        guard maximumBodyBytes >= 1 else { throw .invalidMaximumBodyBytes(maximumBodyBytes) }
    }
}
