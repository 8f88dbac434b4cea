import NIOCore
import OTLP
import Synchronization

/// Whoever sent a request, and is told how that ended.
public protocol SendObserver: AnyObject, Sendable {
    /// The request is written as soon as this returns, which must take some microseconds at most;
    /// called on the event loop of the connection.
    func willSend()

    /// Whether something else may have to be done while a large body is written, which then is
    /// written in parts; called on the event loop of the connection.
    var isPressed: Bool { get }

    /// A part of the body has been written, or its head; another request may be sent meanwhile.
    /// Called on the event loop of the connection.
    func wrotePart()

    /// The request has ended; called once, on the event loop of the connection if there was one.
    func ended(_ result: SendResult)
}

extension SendObserver {
    /// Nothing is done.
    public func willSend() {}

    /// False: a body is written at once.
    public var isPressed: Bool { false }

    /// Nothing is done.
    public func wrotePart() {}
}

/// One export request on its way, and whoever waits for its result.
///
/// That one is told exactly once, by whoever ends the exchange first: the connection or the
/// task's cancellation.
final class Exchange: Sendable {
    /// Who is told.
    enum Waiter {
        case task(CheckedContinuation<SendResult, Never>)
        case observer(any SendObserver)

        func resume(returning result: SendResult) {
            switch self {
            case .task(let continuation): continuation.resume(returning: result)
            case .observer(let observer): observer.ended(result)
            }
        }
    }

    private enum State {
        /// Nobody waits yet; moves to `waiting` or `cancelled`.
        case new
        /// Cancelled before anybody waited; moves to `ended`.
        case cancelled
        /// In the pool; moves to `sending` or `ended`.
        case waiting(Waiter)
        /// On a connection; moves to `ended`.
        case sending(Waiter, SenderConnection)
        case ended
    }

    let signal: Signal
    let body: ByteBuffer
    /// The encoded head of a request that is passed on for another client; nil for the sender's.
    let head: ByteBuffer?
    private let observer: (any SendObserver)?
    private let state: Mutex<State>
    private let response = Mutex<ResponseReader?>(nil)

    init(_ signal: Signal, body: ByteBuffer, head: ByteBuffer? = nil) {
        self.signal = signal
        self.body = body
        self.head = head
        observer = nil
        state = Mutex(.new)
    }

    /// A request that waits from the start.
    init(_ signal: Signal, body: ByteBuffer, observer: any SendObserver) {
        self.signal = signal
        self.body = body
        head = nil
        self.observer = observer
        state = Mutex(.waiting(.observer(observer)))
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
            state = .waiting(.task(continuation))
            return false
        }
        if isCancelled { continuation.resume(returning: .unsent(.cancelled)) }
        return !isCancelled
    }

    /// Gives the exchange to a connection; false when it has ended, cancelled while it waited.
    func claim(for connection: SenderConnection) -> Bool {
        state.withLock { state in
            guard case .waiting(let waiter) = state else { return false }
            state = .sending(waiter, connection)
            return true
        }
    }

    /// The exchange, claimed by a connection, is about to be written.
    func willSend() {
        observer?.willSend()
    }

    /// Whether its body, if it is large, is to be written in parts.
    var isPressed: Bool { observer?.isPressed ?? false }

    func wrotePart() {
        observer?.wrotePart()
    }

    func end(_ result: SendResult) {
        let waiter = state.withLock { state -> Waiter? in
            defer { state = .ended }
            switch state {
            case .waiting(let waiter), .sending(let waiter, _): return waiter
            case .new, .cancelled, .ended: return nil
            }
        }
        waiter?.resume(returning: result)
    }

    /// Ends the exchange unless a connection has it, which then is told to.
    func cancel() {
        let (waiter, connection) = state.withLock { state -> (Waiter?, SenderConnection?) in
            switch state {
            case .new:
                state = .cancelled
                return (nil, nil)
            case .waiting(let waiter):
                state = .ended
                return (waiter, nil)
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
