import Synchronization

/// Wakes whoever waits for the end of a recording.
final class StopSignal: Sendable {
    private let stream: AsyncStream<Never>
    private let continuation: AsyncStream<Never>.Continuation
    private let state = Atomic<Bool>(false)

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    /// Whether the signal was given.
    var isStopped: Bool { state.load(ordering: .relaxed) }

    func stop() {
        state.store(true, ordering: .relaxed)
        continuation.finish()
    }

    /// Waits until the signal is given, the time is over, or the task is cancelled.
    func wait(atMost duration: Duration?) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [stream] in for await _ in stream {} }
            if let duration {
                group.addTask { try? await Task.sleep(for: duration) }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
