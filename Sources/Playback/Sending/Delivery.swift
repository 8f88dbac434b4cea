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
    let lane: SendingLane
    private let deliveries: Deliveries

    init(
        _ request: OutgoingRequest,
        number: Int,
        due: Duration?,
        began: ContinuousClock.Instant,
        lane: SendingLane,
        deliveries: Deliveries
    ) {
        self.request = request
        self.number = number
        self.due = due
        self.began = began
        self.lane = lane
        self.deliveries = deliveries
    }

    func willSend() {
        deliveries.hold(self)
    }

    func ended(_ result: SendResult) {
        deliveries.ended(self, result)
    }
}
