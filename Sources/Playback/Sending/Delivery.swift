import OTLPTransport

/// A request that has left the schedule, until it is accepted or given up.
final class Delivery: SendObserver {
    let request: OutgoingRequest
    /// In the order of the schedule, from 0.
    let number: Int
    /// How long after the start it was due; nil without a schedule.
    let due: Duration?
    /// When it left the schedule.
    let began: ContinuousClock.Instant
    private let laneSchedule: LaneSchedule
    /// Where it was dealt ahead of time, when it is to be sent.
    private let sendAt: ContinuousClock.Instant?
    private let deliveries: Deliveries

    init(
        _ request: OutgoingRequest,
        number: Int,
        due: Duration?,
        began: ContinuousClock.Instant,
        laneSchedule: LaneSchedule,
        sendAt: ContinuousClock.Instant?,
        deliveries: Deliveries
    ) {
        self.request = request
        self.number = number
        self.due = due
        self.began = began
        self.laneSchedule = laneSchedule
        self.sendAt = sendAt
        self.deliveries = deliveries
    }

    var lane: SendingLane { laneSchedule.lane }

    func willSend() {
        if let sendAt { laneSchedule.hold(until: sendAt) }
    }

    var isPressed: Bool { sendAt != nil && laneSchedule.isPressed }

    func wrotePart() {
        laneSchedule.sendDue(deliveries)
    }

    /// The request is accepted or given up.
    func leave() {
        if sendAt != nil { laneSchedule.ended() }
    }

    func ended(_ result: SendResult) {
        deliveries.ended(self, result)
    }
}
