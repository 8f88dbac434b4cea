import Synchronization

/// How many requests may be under way at a time, and how many are; one task at a time waits for
/// there to be fewer.
final class InFlightBound: Sendable {
    private struct State {
        var underWay = 0
        /// Those of them that wait to be tried again.
        var retrying = 0
        var waiter: (isReady: @Sendable (State) -> Bool, continuation: Continuation)?
    }

    private typealias Continuation = CheckedContinuation<Void, Never>

    let most: Int
    /// The most on their first try.
    let mostFresh: Int
    private let state = Mutex(State())

    /// A bound on all requests, and if given a smaller one on those on their first try: more of
    /// them than keep the connections busy only wait for one, while those to be tried again need
    /// none.
    init(most: Int, mostFresh: Int? = nil) {
        self.most = most
        self.mostFresh = min(most, mostFresh ?? most)
    }

    /// Counts a request as under way; false when it may not be.
    func enter() -> Bool {
        state.withLock { state in
            guard hasRoom(for: 1, state) else { return false }
            state.underWay += 1
            return true
        }
    }

    /// A request's first try has failed, and it isn't given up.
    func retry() {
        change { $0.retrying += 1 }
    }

    /// A request has ended; `wasRetrying` is whether ``retry()`` was called for it.
    func leave(wasRetrying: Bool = false) {
        change { state in
            state.underWay -= 1
            if wasRetrying { state.retrying -= 1 }
        }
    }

    /// Waits until so many requests may enter, or until ``release()``.
    func waitForRoom(for count: Int = 1) async {
        await wait { self.hasRoom(for: count, $0) }
    }

    /// Waits until none is under way, or until ``release()``.
    func waitUntilEmpty() async {
        await wait { $0.underWay == 0 }
    }

    /// Has whoever waits go on.
    func release() {
        let waiter = state.withLock { $0.waiter.take() }
        waiter?.continuation.resume()
    }

    private func hasRoom(for count: Int, _ state: State) -> Bool {
        state.underWay + count <= most && state.underWay - state.retrying + count <= mostFresh
    }

    private func wait(until isReady: @escaping @Sendable (State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isReadyNow = state.withLock { state in
                guard !isReady(state) else { return true }
                state.waiter = (isReady, continuation)
                return false
            }
            if isReadyNow { continuation.resume() }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiter = state.withLock { state -> Continuation? in
            body(&state)
            guard let waiter = state.waiter, waiter.isReady(state) else { return nil }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume()
    }
}
