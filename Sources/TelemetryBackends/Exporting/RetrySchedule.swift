/// Decides whether and when one export request is sent again: exponential backoff with jitter, or
/// what the receiver asks for, as long as the request's time allows (OTLP exporter specification,
/// "Retry").
struct RetrySchedule {
    let configuration: RetryConfiguration

    /// The time all attempts have together.
    let timeout: Duration

    private(set) var retries = 0

    init(_ configuration: RetryConfiguration, timeout: Duration) {
        self.configuration = configuration
        self.timeout = timeout
    }

    /// How long to wait before the next attempt, given what the receiver asked for and the time since
    /// the first attempt began; `nil` when it would begin too late.
    mutating func nextDelay(
        retryAfter: Duration?,
        elapsed: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        let delay = retryAfter ?? backoff(using: &generator)
        guard elapsed + delay < timeout else { return nil }
        retries += 1
        return delay
    }

    private func backoff(using generator: inout some RandomNumberGenerator) -> Duration {
        var longest = configuration.initialBackoff
        for _ in 0..<retries where longest < configuration.maximumBackoff {
            longest = longest * max(1, configuration.multiplier)
        }
        longest = min(longest, configuration.maximumBackoff)
        return longest * Double.random(in: 0.5...1, using: &generator)
    }
}
