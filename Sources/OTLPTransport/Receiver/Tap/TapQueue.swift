import Synchronization

/// What a tap still has to record: bounded, so that a recording that lags or hangs costs memory up
/// to the bound and nothing else.
final class TapQueue<Element: Sendable>: Sendable {
    private struct State {
        var waiting: [(element: Element, bytes: Int)] = []
        /// Of all elements until they are done with, those in work included.
        var heldBytes = 0
        var heldCount = 0
        var isClosed = false
        var taker: CheckedContinuation<Void, Never>?
    }

    private let limitBytes: Int
    private let limitCount: Int
    private let state = Mutex(State())

    init(limitBytes: Int, limitCount: Int) {
        self.limitBytes = limitBytes
        self.limitCount = limitCount
    }

    /// Takes an element, unless there is no room or the queue is closed.
    func offer(_ element: Element, bytes: Int) -> Bool {
        let (isTaken, taker) = state.withLock { state in
            guard !state.isClosed, state.heldCount < limitCount,
                bytes <= limitBytes - state.heldBytes
            else { return (false, nil as CheckedContinuation<Void, Never>?) }
            state.waiting.append((element, bytes))
            state.heldBytes += bytes
            state.heldCount += 1
            defer { state.taker = nil }
            return (true, state.taker)
        }
        taker?.resume()
        return isTaken
    }

    /// The elements that wait, once there are any; nil after the last of a closed queue.
    ///
    /// One task at a time may ask.
    func takeAll() async -> [Element]? {
        while true {
            let (elements, isClosed) = state.withLock { state in
                defer { state.waiting = [] }
                return (state.waiting.map(\.element), state.isClosed)
            }
            if !elements.isEmpty { return elements }
            if isClosed { return nil }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    let isReady = state.isClosed || !state.waiting.isEmpty
                    if !isReady { state.taker = continuation }
                    return isReady
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// Whether it takes no more elements.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Says that an element is done with.
    func done(bytes: Int) {
        state.withLock { state in
            state.heldBytes -= bytes
            state.heldCount -= 1
        }
    }

    /// Takes no more elements.
    func close() {
        let taker = state.withLock { state in
            state.isClosed = true
            defer { state.taker = nil }
            return state.taker
        }
        taker?.resume()
    }
}
