import Latency
import Terminal

/// Counts what became of the orders.
struct LoadTally: Sendable {
    private(set) var sent = 0
    private(set) var ended = 0
    private(set) var succeeded = 0
    private(set) var failures: [String: Int] = [:]
    private(set) var lateStarts = 0
    /// When the last order was sent, from the load's start.
    private(set) var lastSent = Duration.zero
    private(set) var lateness = LatencyHistogram()
    private(set) var responseTime = LatencyHistogram()
    private(set) var serviceTime = LatencyHistogram()

    var failed: Int { ended - succeeded }

    /// An order was sent at a time since the load's start, so long after it was due.
    mutating func start(at time: Duration, lateness: Duration, isLate: Bool) {
        sent += 1
        lastSent = max(lastSent, time)
        lateStarts += isLate ? 1 : 0
        self.lateness.record(lateness)
    }

    /// An order ended: its response time counts from when it was due, its service time from when
    /// it was sent.
    mutating func end(_ outcome: OrderOutcome, responseTime: Duration, serviceTime: Duration) {
        ended += 1
        if let name = outcome.failureName {
            failures[name, default: 0] += 1
        } else {
            succeeded += 1
        }
        if outcome.isMeasured {
            self.responseTime.record(responseTime)
            self.serviceTime.record(serviceTime)
        }
    }
}
