import Latency
import OTLP
import Terminal

/// Whether a replay did what was planned, so that nobody takes a figure for what it isn't.
public struct ReplayVerdict: Codable, Equatable, Sendable {
    /// Requests later than this make another load than the one that was planned.
    static let latestP99Milliseconds = 50.0

    /// Whether all was accepted, and on time where there is a schedule.
    public let kept: Bool
    /// The verdict in a sentence.
    public let text: String

    init(
        complete: Bool,
        isBroken: Bool,
        signals: ReplayReport.Signals,
        plannedSeconds: Double,
        elapsedSeconds: Double,
        isScheduled: Bool,
        lateness: LatencySummary
    ) {
        let reports = Signal.allCases.map { signals[$0] }
        let selected = reports.reduce(0) { $0 + $1.selectedRequests }
        let accepted = reports.reduce(0) { $0 + $1.requests }
        let failed = reports.reduce(0) { $0 + $1.failedRequests }
        let offered = reports.reduce(0) { $0 + $1.offeredRequests }
        let rejected = reports.reduce(0) { $0 + $1.rejectedItems }
        let isLate = isScheduled && lateness.p99 >= Self.latestP99Milliseconds
        let late = "p99 \(Quantity.milliseconds(lateness.p99)) late"
        kept = complete && !isLate
        if kept {
            let rate = Quantity.rate(Double(accepted) / max(elapsedSeconds, 0.001), of: "requests")
            text = isScheduled ? "kept: \(late)" : "done: \(rate), without a schedule"
            return
        }
        // The share of the planned rate that was accepted: of the requests, in the planned time.
        let stretch = isScheduled ? min(1, plannedSeconds / max(elapsedSeconds, 1e-9)) : 1
        let share = selected > 0 ? Double(accepted) / Double(selected) * stretch : 0
        var reasons: [String] = []
        if isBroken { reasons.append("the replay could not go on") }
        if accepted < selected, offered == selected || failed > 0 {
            reasons.append(
                isScheduled
                    ? "the backend accepted \(Quantity.percentage(share)) of the planned rate"
                    : "the backend accepted \(Quantity.percentage(share)) of the requests"
            )
        } else if isLate {
            reasons.append(
                stretch < 0.98
                    ? "the backend accepted \(Quantity.percentage(share)) of the planned rate, \(late)"
                    : late
            )
        }
        if failed > 0 { reasons.append(Quantity.count(failed, of: "request") + " failed") }
        if rejected > 0 { reasons.append(Quantity.count(rejected, of: "item") + " rejected") }
        if offered < selected {
            reasons.append(Quantity.count(selected - offered, of: "request") + " not sent")
        }
        text =
            "NOT kept: "
            + (reasons.isEmpty ? "damaged blocks were left out" : reasons.joined(separator: "; "))
    }
}
