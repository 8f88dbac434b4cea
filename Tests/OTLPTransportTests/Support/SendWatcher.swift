import Synchronization

@testable import OTLPTransport

/// Watches one request; its result says nothing of the time before it is written unless it was told.
final class SendWatcher: SendObserver {
    private let onWillSend: @Sendable () -> Void
    private let continuation: CheckedContinuation<SendResult, Never>
    private let writtenAt = Mutex<[ContinuousClock.Instant]>([])

    private init(
        _ continuation: CheckedContinuation<SendResult, Never>,
        onWillSend: @escaping @Sendable () -> Void
    ) {
        self.continuation = continuation
        self.onWillSend = onWillSend
    }

    /// The result of a request that `send` sends; it is cancelled in the result if it was not told
    /// of exactly once, and before it was sent.
    static func result(
        of send: (SendWatcher) -> Void,
        onWillSend: @escaping @Sendable () -> Void
    ) async -> SendResult {
        await withCheckedContinuation { send(SendWatcher($0, onWillSend: onWillSend)) }
    }

    func willSend() {
        onWillSend()
        writtenAt.withLock { $0.append(.now) }
    }

    func ended(_ result: SendResult) {
        let told = writtenAt.withLock { $0 }
        let isInOrder = told.count == 1 && result.sentAt.map { $0 >= told[0] } == true
        continuation.resume(
            returning: isInOrder
                ? result
                : SendResult(outcome: .cancelled, sentAt: nil, answeredAt: result.answeredAt)
        )
    }
}
