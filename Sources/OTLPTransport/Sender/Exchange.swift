import NIOCore
import OTLP
import Synchronization

/// One export request on its way, and the task that waits for its result.
///
/// The task is resumed exactly once, by whoever ends the exchange first: the connection or the
/// task's cancellation.
final class Exchange: Sendable {
    private typealias Continuation = CheckedContinuation<SendResult, Never>

    private enum State {
        /// Nobody waits yet; moves to `waiting` or `cancelled`.
        case new
        /// Cancelled before anybody waited; moves to `ended`.
        case cancelled
        /// In the pool; moves to `sending` or `ended`.
        case waiting(Continuation)
        /// On a connection; moves to `ended`.
        case sending(Continuation, SenderConnection)
        case ended
    }

    let signal: Signal
    let body: ByteBuffer
    /// The encoded head of a request that is passed on for another client; nil for the sender's.
    let head: ByteBuffer?
    private let state = Mutex(State.new)
    private let response = Mutex<ResponseReader?>(nil)

    init(_ signal: Signal, body: ByteBuffer, head: ByteBuffer? = nil) {
        self.signal = signal
        self.body = body
        self.head = head
    }

    /// The response as it came, where the request was passed on for another client.
    var rawResponse: ResponseReader? { response.withLock { $0 } }

    func keep(_ response: ResponseReader) {
        if head != nil { self.response.withLock { $0 = response } }
    }

    /// Sets the task that waits; false when it has been cancelled, and is resumed with that.
    func begin(_ continuation: CheckedContinuation<SendResult, Never>) -> Bool {
        let isCancelled = state.withLock { state in
            if case .cancelled = state {
                state = .ended
                return true
            }
            state = .waiting(continuation)
            return false
        }
        if isCancelled { continuation.resume(returning: .unsent(.cancelled)) }
        return !isCancelled
    }

    /// Gives the exchange to a connection; false when it has ended, cancelled while it waited.
    func claim(for connection: SenderConnection) -> Bool {
        state.withLock { state in
            guard case .waiting(let continuation) = state else { return false }
            state = .sending(continuation, connection)
            return true
        }
    }

    func end(_ result: SendResult) {
        let continuation = state.withLock { state -> Continuation? in
            defer { state = .ended }
            switch state {
            case .waiting(let continuation), .sending(let continuation, _): return continuation
            case .new, .cancelled, .ended: return nil
            }
        }
        continuation?.resume(returning: result)
    }

    /// Ends the exchange unless a connection has it, which then is told to.
    func cancel() {
        let (waiter, connection) = state.withLock { state -> (Continuation?, SenderConnection?) in
            switch state {
            case .new:
                state = .cancelled
                return (nil, nil)
            case .waiting(let continuation):
                state = .ended
                return (continuation, nil)
            case .sending(_, let connection):
                return (nil, connection)
            case .cancelled, .ended:
                return (nil, nil)
            }
        }
        waiter?.resume(returning: .unsent(.cancelled))
        connection?.cancel(self)
    }
}

extension SendResult {
    /// The result of an export request nothing of which was sent.
    static func unsent(_ outcome: SendOutcome) -> SendResult {
        SendResult(outcome: outcome, sentAt: nil, answeredAt: .now)
    }
}
