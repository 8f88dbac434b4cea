/// When a failed send is tried again (OTLP specification, "OTLP/HTTP Throttling" and "All Other
/// Responses"): exponential backoff with jitter, or what the backend asks for in Retry-After.
public struct RetryPolicy: Sendable {
    /// How long after its first sending a request is given up; zero never retries.
    public let budget: Duration
    private static let firstDelay: Duration = .milliseconds(100)
    private static let longestDelay: Duration = .seconds(5)

    /// A policy that retries for the given time.
    public init(budget: Duration) {
        self.budget = budget
    }

    /// How long to wait before the next try, or nil to give up.
    ///
    /// `tries` counts how often the request was sent, `elapsed` the time since it first was;
    /// `retryAfter` is what the backend asked for, `jitter` a random number in 0…1.
    public func delay(
        tries: Int,
        elapsed: Duration,
        retryAfter: Duration?,
        jitter: Double
    ) -> Duration? {
        guard budget > .zero else { return nil }
        let doublings = min(max(tries - 1, 0), 16)
        let backoff = min(Self.firstDelay * (1 << doublings), Self.longestDelay)
        // Half of the backoff for certain, the other half by chance, so that retries spread out.
        let spread = backoff / 2 + backoff / 2 * jitter
        let delay = max(retryAfter ?? .zero, spread)
        return delay <= budget && elapsed + delay <= budget ? delay : nil
    }
}
