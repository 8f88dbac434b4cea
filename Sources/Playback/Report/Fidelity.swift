import CorpusStore
import Latency

/// How true a replay was to the recording: the rates, and the times between one request and the
/// next, as planned and as they came to be.
public struct Fidelity: Codable, Equatable, Sendable {
    /// Requests a second by the schedule; 0 without one.
    public let plannedRequestsPerSecond: Double
    /// Requests a second from the first sending to the last.
    public let sentRequestsPerSecond: Double
    /// Requests accepted a second, from the start to the last answer.
    public let acceptedRequestsPerSecond: Double
    /// Times between due requests; of none without a schedule.
    public let plannedGapMs: LatencyDistribution
    /// Times between sent requests.
    public let sentGapMs: LatencyDistribution
    /// The Kolmogorov–Smirnov distance between the two, from 0 (alike) to 1; 0 without a schedule.
    public let gapDistance: Double

    init(_ plan: ReplayPlan, _ ledger: ReplayLedger) {
        let total = ledger.total
        func rate(_ count: Int, _ duration: Duration) -> Double {
            let seconds = duration / .seconds(1)
            return seconds > 0 ? (Double(count) / seconds * 1_000).rounded() / 1_000 : 0
        }
        plannedRequestsPerSecond = rate(plan.totals.requests, plan.lastDue ?? .zero)
        let sending = ledger.lastSend - (ledger.firstSend ?? ledger.lastSend)
        sentRequestsPerSecond = rate(total.sentRequests, sending)
        acceptedRequestsPerSecond = rate(total.requests, ledger.lastAnswer)
        plannedGapMs = LatencyDistribution(plan.gaps)
        sentGapMs = LatencyDistribution(ledger.sendGaps.gaps)
        // Of the gaps as they were counted: rounded ones hide what differs by less.
        let planned = LatencyDistribution(plan.gaps, rounded: false)
        let sent = LatencyDistribution(ledger.sendGaps.gaps, rounded: false)
        gapDistance = (planned.distance(to: sent) * 10_000).rounded() / 10_000
    }
}
