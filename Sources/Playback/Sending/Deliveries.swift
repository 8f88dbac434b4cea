import OTLPTransport
import Synchronization

/// The requests of a replay that are under way.
///
/// One that is accepted at once, as nearly all are, is noted where its answer arrives, without a
/// task of its own; all others are handed to ``unsettled``.
final class Deliveries: Sendable {
    /// A request that needs a task, to be sent or since it was not accepted.
    struct Unsettled: Sendable {
        let delivery: Delivery
        /// How its first try ended; nil if there was none.
        let result: SendResult?
    }

    /// When the replay began.
    let start: ContinuousClock.Instant
    let bound: InFlightBound
    /// No more than may be under way.
    let unsettled: AsyncStream<Unsettled>
    private let continuation: AsyncStream<Unsettled>.Continuation
    private let state: ReplayState

    init(
        start: ContinuousClock.Instant,
        state: ReplayState,
        bound: InFlightBound
    ) {
        self.start = start
        self.state = state
        self.bound = bound
        (unsettled, continuation) = AsyncStream.makeStream()
    }

    /// Has a request sent by a task of its own.
    func sendUnsettled(_ delivery: Delivery) {
        add(Unsettled(delivery: delivery, result: nil))
    }

    /// A request's first try has ended.
    func ended(_ delivery: Delivery, _ result: SendResult) {
        if case .accepted(let rejected, _) = result.outcome, let sentAt = result.sentAt {
            let sent = start.duration(to: sentAt)
            let answered = start.duration(to: result.answeredAt)
            state.ledger.withLock { ledger in
                ledger.sent(delivery.request, number: delivery.number, at: sent, due: delivery.due)
                ledger.accepted(
                    delivery.request,
                    rejectedItems: Int(clamping: rejected),
                    sentAt: sent,
                    answeredAt: answered,
                    due: delivery.due
                )
            }
            leave(delivery)
        } else {
            add(Unsettled(delivery: delivery, result: result))
        }
    }

    /// A request is given up.
    func fail(
        _ delivery: Delivery,
        wasOnWire: Bool,
        wasRetried: Bool = false,
        at time: Duration,
        kind: String,
        example: String
    ) {
        state.ledger.withLock { ledger in
            if !wasOnWire { ledger.neverSent(number: delivery.number) }
            ledger.failed(delivery.request, at: time, kind: kind, example: example)
        }
        leave(delivery, wasRetrying: wasRetried)
    }

    /// A request is given up before any of it was sent, since the replay's task is cancelled.
    func cancel(_ delivery: Delivery) {
        fail(
            delivery,
            wasOnWire: false,
            at: start.duration(to: .now),
            kind: "cancelled",
            example: "the replay was stopped"
        )
    }

    /// A request has ended; `wasRetrying` is whether its first try had failed.
    func leave(_ delivery: Delivery, wasRetrying: Bool = false) {
        delivery.leave()
        bound.leave(wasRetrying: wasRetrying)
    }

    /// There will be no more, and none is under way.
    func finish() {
        continuation.finish()
    }

    private func add(_ unsettled: Unsettled) {
        // The stream takes nothing more once the task that reads it is cancelled.
        guard case .terminated = continuation.yield(unsettled) else { return }
        cancel(unsettled.delivery)
    }
}
