public import Latency
public import Terminal

/// What became of a load's orders.
///
/// `planned` = `sent` + `missed`, and `sent` = `succeeded` + `failed`.
public struct LoadReport: Sendable, Equatable, Codable {
    /// How many orders the schedule holds.
    public let planned: Int
    /// How many orders were sent.
    public let sent: Int
    /// How many orders the service took.
    public let succeeded: Int
    /// How many orders were sent in vain.
    public let failed: Int
    /// How many orders were never sent, because the load ended before there was a slot for them.
    public let missed: Int
    /// The failed orders by HTTP status, `timeout`, `connection` or `cancelled`.
    public let failures: [String: Int]
    /// From when the first order was due until the last one ended.
    public let elapsedSeconds: Double
    /// Orders sent a second, over the load's duration, or until the last was sent where that was
    /// later or the load was ended early.
    public let achievedRPS: Double
    /// How many orders had to wait for a slot when they were due.
    public let lateStarts: Int
    /// From due to sent, of every order that was sent.
    public let lateness: LatencySummary
    /// From due to answered, or timed out.
    public let responseTime: LatencySummary
    /// From sent to answered, or timed out.
    public let serviceTime: LatencySummary

    private enum CodingKeys: String, CodingKey {
        case planned, sent, succeeded, failed, missed, failures
        case elapsedSeconds = "elapsed_seconds"
        case achievedRPS = "achieved_rps"
        case lateStarts = "late_starts"
        case lateness = "lateness_ms"
        case responseTime = "response_time_ms"
        case serviceTime = "service_time_ms"
    }

    init(planned: Int, duration: Duration, elapsed: Duration, tally: LoadTally) {
        // The last order is due before the duration is over, which belongs to the rate all the same.
        let sending = tally.sent == planned ? max(duration, tally.lastSent) : tally.lastSent
        let rate = Double(tally.sent) / max(sending / .seconds(1), 0.001)
        self.planned = planned
        sent = tally.sent
        succeeded = tally.succeeded
        failed = tally.failed
        missed = planned - tally.sent
        failures = tally.failures
        elapsedSeconds = (elapsed / .milliseconds(1)).rounded() / 1_000
        achievedRPS = (rate * 1_000).rounded() / 1_000
        lateStarts = tally.lateStarts
        lateness = tally.lateness.summary
        responseTime = tally.responseTime.summary
        serviceTime = tally.serviceTime.summary
    }

    /// Whether every order was sent and answered, be it with a refusal.
    public var isFullyAnswered: Bool { missed == 0 && isAnswered }

    /// Whether every order that was sent was answered, be it with a refusal.
    public var isAnswered: Bool {
        ["timeout", "connection", "cancelled"].allSatisfy { failures[$0] == nil }
    }
}

extension LoadReport {
    /// The report for people: counts with their shares, then the percentiles.
    public func text(width: Int? = nil, style: Style = .plain) -> String {
        var counts = TextTable(.text(), .number(), .text())
        func add(_ name: String, _ count: Int, of whole: Int, _ note: String = "") {
            let share = whole > 0 ? Quantity.percentage(Double(count) / Double(whole)) : ""
            let notes = [share, note].filter { !$0.isEmpty }
            counts.add(name, Quantity.count(count), notes.joined(separator: "  "))
        }
        let rate = Quantity.rate(achievedRPS, of: "requests")
        let took = Quantity.duration(.milliseconds(Int64(elapsedSeconds * 1_000)))
        let kinds = failures.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.key): \(Quantity.count($0.value))" }
        counts.add("planned", Quantity.count(planned))
        add("sent", sent, of: planned, "\(rate), done after \(took)")
        add("succeeded", succeeded, of: sent)
        add("failed", failed, of: sent, kinds.joined(separator: ", "))
        add("missed", missed, of: planned)
        add("started late", lateStarts, of: sent)
        let latencies = TextTable.latencies([
            "response time": responseTime,
            "service time": serviceTime,
            "lateness": lateness,
        ])
        return """
            \(style.heading("Orders"))
            \(counts.rendered(width: width, style: style))

            \(style.heading("Latency"))
            \(latencies.rendered(width: width, style: style))
            """
    }
}
