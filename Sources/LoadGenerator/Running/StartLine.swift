import Synchronization

/// Where workers wait for their next order, and the pacer for a worker that is free.
///
/// There are as many workers as orders may be under way, so that none has to be made for an order.
final class StartLine: Sendable {
    /// An order that is to start now.
    struct Start: Sendable, Equatable {
        let index: Int
        let due: ContinuousClock.Instant
        /// Whether it had to wait for a slot.
        let isLate: Bool
    }

    private struct State {
        var idleWorkers: [CheckedContinuation<Start?, Never>] = []
        var pacer: CheckedContinuation<Void, Never>?
        var underWay = 0
        var isClosed = false
    }

    private let slots: Int
    private let state = Mutex(State())

    init(slots: Int) {
        self.slots = slots
    }

    /// For a worker: its next order; nil once the line is closed.
    func nextStart() async -> Start? {
        await withCheckedContinuation { worker in
            let pacer: CheckedContinuation<Void, Never>? = state.withLock { state in
                guard !state.isClosed else {
                    worker.resume(returning: nil)
                    return nil
                }
                state.idleWorkers.append(worker)
                defer { state.pacer = nil }
                return state.pacer
            }
            pacer?.resume()
        }
    }

    /// For a worker: the order it was given has ended.
    func orderEnded() {
        state.withLock { $0.underWay -= 1 }
    }

    /// For the pacer: waits until a worker is idle.
    ///
    /// - Returns: Whether every slot was taken.
    func waitForSlot() async -> Bool {
        let wasFull = state.withLock { $0.underWay >= slots }
        await withCheckedContinuation { pacer in
            let isFree = state.withLock { state in
                guard state.idleWorkers.isEmpty, !state.isClosed else { return true }
                state.pacer = pacer
                return false
            }
            if isFree { pacer.resume() }
        }
        return wasFull
    }

    /// For the pacer, after ``waitForSlot()``: gives an order to an idle worker, the one that has
    /// waited least, whose memory is still at hand.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    func start(_ order: Start) -> Bool {
        let worker = state.withLock { state in
            let worker = state.idleWorkers.popLast()
            if worker != nil { state.underWay += 1 }
            return worker
        }
        worker?.resume(returning: order)
        return worker != nil
    }

    /// Ends the line: workers that wait leave now, the others once their order has ended.
    func close() {
        let workers = state.withLock { state in
            state.isClosed = true
            defer { state.idleWorkers = [] }
            return state.idleWorkers
        }
        for worker in workers { worker.resume(returning: nil) }
    }
}
