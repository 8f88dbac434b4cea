import Synchronization

/// Holds a server's answers back until it is opened.
final class Gate: Sendable {
    private let waiting = Mutex<[AsyncStream<Void>.Continuation]?>([])
    private let arrivals = AsyncStream.makeStream(of: Void.self)

    /// Waits until there is an order at the gate.
    func firstOrder() async {
        _ = await arrivals.stream.first { true }
    }

    /// Answers an order once the gate is open, or the server has gone.
    func pass() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        waiting.withLock { waiting in
            waiting?.append(continuation)
            if waiting == nil { continuation.finish() }
        }
        arrivals.continuation.yield()
        for await _ in stream {}
    }

    /// Lets all through, those that wait and those to come.
    func open() {
        let released = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        released?.forEach { $0.finish() }
    }
}
