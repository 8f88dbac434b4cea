import NIOCore
import OTLP
import Synchronization

@testable import OTLPTransport

/// Observes requests, and sends others while the bodies of those before are written.
final class InterruptingObserver: SendObserver {
    private let sender: OTLPSender
    private let waiting: Mutex<ArraySlice<ByteBuffer>>
    private let counted = Mutex(0)
    private let ended: AsyncStream<SendOutcome>.Continuation

    /// How each request ended.
    let outcomes: AsyncStream<SendOutcome>

    init(_ sender: OTLPSender, _ bodies: ArraySlice<ByteBuffer>) {
        self.sender = sender
        waiting = Mutex(bodies)
        (outcomes, ended) = AsyncStream.makeStream()
    }

    /// How many parts of bodies were written, heads included.
    var parts: Int { counted.withLock { $0 } }

    let isPressed = true

    func wrotePart() {
        counted.withLock { $0 += 1 }
        if let body = waiting.withLock({ $0.popFirst() }) {
            sender.send(.traces, body: body, observer: self)
        }
    }

    func ended(_ result: SendResult) {
        ended.yield(result.outcome)
    }
}
