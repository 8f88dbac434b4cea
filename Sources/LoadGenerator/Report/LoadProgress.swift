import Latency
import Terminal

/// How a load stands while it runs.
public struct LoadProgress: Sendable {
    /// The time since the first order was due; nil while the service isn't there yet.
    public let elapsed: Duration?
    /// How long orders are due.
    public let duration: Duration
    /// How many orders there are to be.
    public let planned: Int
    /// How many orders were sent.
    public let sent: Int
    /// How many orders succeeded.
    public let succeeded: Int
    /// How many orders failed, in whatever way.
    public let failed: Int
    /// How many orders had to wait for a slot.
    public let lateStarts: Int
    /// The response time that 99 % of the orders did not exceed.
    public let responseTimeP99: Duration

    init(elapsed: Duration?, duration: Duration, planned: Int, tally: LoadTally) {
        self.elapsed = elapsed
        self.duration = duration
        self.planned = planned
        sent = tally.sent
        succeeded = tally.succeeded
        failed = tally.failed
        lateStarts = tally.lateStarts
        responseTimeP99 = tally.responseTime.percentile(99)
    }

    /// How many orders are under way.
    public var inFlight: Int { sent - succeeded - failed }

    /// The progress in one line for people.
    public var line: String {
        guard let elapsed else { return "waiting for the order service" }
        let seconds = max(elapsed / .seconds(1), 0.001)
        let parts = [
            "\(Quantity.wholeSeconds(elapsed)) of \(Quantity.wholeSeconds(duration))",
            "\(Quantity.count(sent)) sent",
            Quantity.rate(Double(sent) / seconds, of: "requests"),
            "\(Quantity.count(failed)) failed",
            "\(Quantity.count(lateStarts)) late",
            "p99 \(Quantity.duration(responseTimeP99))",
        ]
        return parts.joined(separator: " · ")
    }
}
