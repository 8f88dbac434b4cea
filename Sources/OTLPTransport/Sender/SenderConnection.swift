import NIOCore

/// A handle to one connection that may be used from any thread.
final class SenderConnection: Sendable {
    private let eventLoop: any EventLoop
    private let handler: NIOLoopBound<SenderHandler>

    /// To be called on the event loop of the connection.
    init(_ handler: SenderHandler, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
    }

    /// Sends the request; the pool must have given the connection to it.
    func send(_ exchange: Exchange) {
        run { $0.send(exchange) }
    }

    /// Closes the connection if it is this request's, which ends as cancelled.
    func cancel(_ exchange: Exchange) {
        run { $0.cancel(exchange) }
    }

    func close() {
        run { $0.fail(.disconnected(reason: "the sender was closed")) }
    }

    private func run(_ body: @escaping @Sendable (SenderHandler) -> Void) {
        if eventLoop.inEventLoop {
            body(handler.value)
        } else {
            eventLoop.execute { body(self.handler.value) }
        }
    }
}
