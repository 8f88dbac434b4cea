import NIOCore

/// Shares out requests among the lanes, by turns.
///
/// With a schedule each is handed over at once. Without one, those for other event loops than this
/// go over several at a time.
struct Handover {
    private static let batchSize = 32

    private let lanes: [SendingLane]
    private let deliveries: Deliveries
    private let batchSize: Int
    private var batches: [[Delivery]]
    private var number = 0

    init(_ lanes: SendingLanes, to deliveries: Deliveries, _ speed: PlaybackSpeed) {
        self.lanes = lanes.lanes
        self.deliveries = deliveries
        batchSize = speed == .maximum ? Self.batchSize : 1
        batches = lanes.lanes.map { _ in [] }
    }

    /// Hands over a request, at the latest with ``flush()``.
    mutating func add(_ request: OutgoingRequest, due: Duration?, now: ContinuousClock.Instant) {
        let index = number % lanes.count
        let delivery = Delivery(
            request,
            number: number,
            due: due,
            began: now,
            lane: lanes[index],
            deliveries: deliveries
        )
        number += 1
        batches[index].append(delivery)
        if batches[index].count >= batchSize { flush(index) }
    }

    /// Hands over what was held back.
    mutating func flush() {
        for index in batches.indices where !batches[index].isEmpty { flush(index) }
    }

    private mutating func flush(_ index: Int) {
        lanes[index].send(batches[index], of: deliveries)
        batches[index].removeAll(keepingCapacity: true)
    }
}
