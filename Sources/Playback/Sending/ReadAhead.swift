import Synchronization

/// A queue from one producer to one consumer that holds elements up to a number of bytes, so that
/// the consumer finds the next one ready.
///
/// An element leaves the count when it is taken. One larger than the capacity is let in alone.
final class ReadAhead<Element: Sendable>: Sendable {
    private enum Ending {
        case open
        case finished((any Error)?)
    }

    private struct State {
        var elements: [(element: Element, bytes: Int)] = []
        var bytes = 0
        var ending = Ending.open
        var isClosed = false
        var producer: CheckedContinuation<Void, Never>?
        var consumer: CheckedContinuation<Void, Never>?
    }

    private typealias Taken = (Element?, Ending, producer: CheckedContinuation<Void, Never>?)

    private let capacityBytes: Int
    private let state = Mutex(State())

    init(capacityBytes: Int) {
        self.capacityBytes = capacityBytes
    }

    /// Bytes held at present.
    var bytes: Int { state.withLock { $0.bytes } }

    /// Adds an element once there is room for it; false when the consumer wants no more.
    func put(_ element: Element, bytes: Int) async -> Bool {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                let hasRoom = state.elements.isEmpty || state.bytes + bytes <= capacityBytes
                if !hasRoom, !state.isClosed { state.producer = continuation }
                return hasRoom || state.isClosed
            }
            if isReady { continuation.resume() }
        }
        let (isTaken, waiting) = state.withLock {
            state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard !state.isClosed else { return (false, nil) }
            state.elements.append((element, bytes))
            state.bytes += bytes
            return (true, state.consumer.take())
        }
        waiting?.resume()
        return isTaken
    }

    /// Says that there will be no more, because of an error if there is one.
    func finish(throwing error: (any Error)? = nil) {
        let waiting = state.withLock { state in
            state.ending = .finished(error)
            return state.consumer.take()
        }
        waiting?.resume()
    }

    /// The next element, or nil after the last.
    func next() async throws -> Element? {
        while true {
            let (element, ending, waiting) = state.withLock { state -> Taken in
                guard !state.elements.isEmpty else { return (nil, state.ending, nil) }
                let (element, bytes) = state.elements.removeFirst()
                state.bytes -= bytes
                // The producer looks again whether there is room only when there is.
                let isHalfEmpty = state.bytes <= capacityBytes / 2
                return (element, state.ending, isHalfEmpty ? state.producer.take() : nil)
            }
            waiting?.resume()
            if let element { return element }
            if case .finished(let error) = ending {
                if let error { throw error }
                return nil
            }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if case .open = state.ending, state.elements.isEmpty {
                        state.consumer = continuation
                        return false
                    }
                    return true
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// Takes no more: whoever waits to add an element is told so.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            state.elements = []
            state.bytes = 0
            return state.producer.take()
        }
        waiting?.resume()
    }
}
