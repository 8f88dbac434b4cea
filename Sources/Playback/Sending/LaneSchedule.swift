import NIOCore
import Synchronization

/// The requests of a replay that a lane is dealt, each a moment before it is due, and their sending
/// when they are.
///
/// Writing a large body takes up to a tenth of a millisecond. What comes due meanwhile is begun
/// between two parts of it.
final class LaneSchedule: Sendable {
    /// Where requests are due one right after the other, the connections get a turn this often.
    private static let longestTurn: Duration = .microseconds(250)
    /// What the timer is to sleep for that.
    private static let shortestSleep: Duration = .microseconds(1)
    /// What writing a body takes at most, as a rule.
    private static let body: Duration = .microseconds(250)
    /// What writing a part of one takes.
    private static let part: Duration = .microseconds(8)
    /// Bodies that are written within others, one within the next.
    private static let deepest = 4

    private typealias Dealt = (delivery: Delivery, due: ContinuousClock.Instant)

    private struct State {
        var dealt = CircularBuffer<Dealt>()
        var isFinished = false
        var underWay = 0
        /// Bodies that are being written.
        var depth = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    let lane: SendingLane
    private let timer: PunctualTimer
    private let state = Mutex(State())

    init(_ lane: SendingLane) {
        self.lane = lane
        timer = PunctualTimer(eventLoop: lane.eventLoop)
    }

    /// Requests that were dealt and have not ended.
    var underWay: Int { state.withLock { $0.underWay } }

    /// Has a request sent when it is due, after those dealt before.
    func deal(_ delivery: Delivery, due: ContinuousClock.Instant) {
        let waiter = state.withLock { state in
            state.dealt.append((delivery, due))
            state.underWay += 1
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// A request that was dealt has ended.
    func ended() {
        state.withLock { $0.underWay -= 1 }
    }

    /// There will be no more.
    func finish() {
        let waiter = state.withLock { state in
            state.isFinished = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Sends what is dealt until ``finish()``; runs on the lane's event loop.
    ///
    /// Once the task is cancelled, requests fail instead.
    func play(_ deliveries: Deliveries) async {
        var wokenAt = ContinuousClock.now
        while let (delivery, due) = await first() {
            if Task.isCancelled {
                take()
                deliveries.cancel(delivery)
                continue
            }
            let now = ContinuousClock.now
            // So early that the request is ready when it is due.
            let ready = due - timer.longestHold
            if now < ready || wokenAt.duration(to: now) >= Self.longestTurn {
                try? await timer.sleep(until: max(ready, now + Self.shortestSleep))
                wokenAt = .now
            } else {
                take()
                lane.send(delivery, of: deliveries)
            }
        }
    }

    /// Has the last moment before a request is due pass.
    func hold(until due: ContinuousClock.Instant) {
        timer.hold(until: due)
    }

    /// Whether another request comes due while a large body is written.
    ///
    /// False for one that is late by more than that takes: a lane that lags behind goes on in order.
    var isPressed: Bool {
        let now = ContinuousClock.now
        return state.withLock { state in
            guard let due = state.dealt.first?.due else { return false }
            return now - Self.body <= due && due <= now + Self.body
        }
    }

    /// Begins the next request if it comes due before another part of a body would be written.
    func sendDue(_ deliveries: Deliveries) {
        guard let delivery = takeDue() else { return }
        lane.send(delivery, of: deliveries)
        state.withLock { $0.depth -= 1 }
    }

    /// The first that was dealt, once there is one; nil after the last.
    private func first() async -> Dealt? {
        while true {
            let (first, isFinished) = state.withLock { ($0.dealt.first, $0.isFinished) }
            if first != nil || isFinished { return first }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.dealt.isEmpty, !state.isFinished else { return true }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    private func take() {
        state.withLock { _ = $0.dealt.popFirst() }
    }

    private func takeDue() -> Delivery? {
        let latest = ContinuousClock.now + Self.part
        return state.withLock { state in
            guard state.depth < Self.deepest, let first = state.dealt.first, first.due <= latest
            else { return nil }
            state.depth += 1
            return state.dealt.popFirst()?.delivery
        }
    }
}
