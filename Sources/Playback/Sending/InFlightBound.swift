import Synchronization

/// How many requests may be under way at a time, and how many are; one task at a time waits for
/// there to be fewer.
final class InFlightBound: Sendable {
    private struct State {
        var underWay = 0
        var waiter: (limit: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    let most: Int
    private let state = Mutex(State())

    init(most: Int) {
        self.most = most
    }

    /// Counts a request as under way; false when it may not be.
    func enter() -> Bool {
        state.withLock { state in
            guard state.underWay < most else { return false }
            state.underWay += 1
            return true
        }
    }

    /// A request has ended.
    func leave() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.underWay -= 1
            guard let waiter = state.waiter, state.underWay <= waiter.limit else { return nil }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume()
    }

    /// Waits until no more than so many are under way, or until ``release()``.
    func wait(untilAtMost limit: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                guard state.underWay > limit else { return true }
                state.waiter = (limit, continuation)
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    /// Has whoever waits go on.
    func release() {
        let waiter = state.withLock { $0.waiter.take() }
        waiter?.continuation.resume()
    }
}
