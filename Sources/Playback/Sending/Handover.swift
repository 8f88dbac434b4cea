/// Shares out requests among the lanes.
///
/// Those of a schedule are dealt ahead of time to the lane that will be free. Without one they are
/// shared out by turns, and those for other event loops than this go over several at a time.
struct Handover {
    private static let batchSize = 32

    private let lanes: [LaneSchedule]
    private let deliveries: Deliveries
    private let batchSize: Int
    private var batches: [[Delivery]]
    private var choice: LaneChoice
    private var number = 0

    /// Shares out requests among lanes that have connections for so many each.
    init(
        _ lanes: [LaneSchedule],
        connections: Int?,
        to deliveries: Deliveries,
        _ speed: PlaybackSpeed
    ) {
        self.lanes = lanes
        self.deliveries = deliveries
        batchSize = speed == .maximum ? Self.batchSize : 1
        batches = lanes.map { _ in [] }
        choice = LaneChoice(lanes: lanes.count, most: connections ?? .max)
    }

    /// Deals a request to a lane, which sends it when it is due.
    mutating func deal(_ request: OutgoingRequest, due: Duration, now: ContinuousClock.Instant) {
        let index = choice.next(due: due, bytes: request.payloadBytes) { lanes[$0].underWay }
        let sendAt = deliveries.start + due
        let delivery = delivery(of: request, by: lanes[index], due: due, now: now, sendAt: sendAt)
        lanes[index].deal(delivery, due: sendAt)
    }

    /// Has a request sent at once, or at the latest with ``flush()``.
    mutating func add(_ request: OutgoingRequest, due: Duration?, now: ContinuousClock.Instant) {
        let index = number % lanes.count
        batches[index].append(delivery(of: request, by: lanes[index], due: due, now: now))
        if batches[index].count >= batchSize { flush(index) }
    }

    /// Hands over what was held back.
    mutating func flush() {
        for index in batches.indices where !batches[index].isEmpty { flush(index) }
    }

    private mutating func flush(_ index: Int) {
        lanes[index].lane.send(batches[index], of: deliveries)
        batches[index].removeAll(keepingCapacity: true)
    }

    private mutating func delivery(
        of request: OutgoingRequest,
        by lane: LaneSchedule,
        due: Duration?,
        now: ContinuousClock.Instant,
        sendAt: ContinuousClock.Instant? = nil
    ) -> Delivery {
        defer { number += 1 }
        return Delivery(
            request,
            number: number,
            due: due,
            began: now,
            laneSchedule: lane,
            sendAt: sendAt,
            deliveries: deliveries
        )
    }
}
