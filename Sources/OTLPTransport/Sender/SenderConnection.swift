import NIOCore

/// A handle to one connection that may be used from any thread.
final class SenderConnection: Sendable {
    private let eventLoop: any EventLoop
    private let handler: NIOLoopBound<any ConnectionHandler>

    /// To be called on the event loop of the connection.
    init(_ handler: any ConnectionHandler, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
    }

    /// Offers the connection, now ready, to the pool.
    func register() {
        run { $0.register(self) }
    }

    /// Sends the request; the pool must have given the connection to it.
    func send(_ exchange: Exchange) {
        // Without a closure where none is needed: this is done for every request.
        if eventLoop.inEventLoop {
            handler.value.send(exchange)
        } else {
            eventLoop.execute { self.handler.value.send(exchange) }
        }
    }

    /// Ends this request as cancelled if it is on the connection.
    func cancel(_ exchange: Exchange) {
        run { $0.cancel(exchange) }
    }

    /// Ends what the connection carries as cancelled, and closes it.
    func abandon() {
        run { $0.fail(.cancelled) }
    }

    func close() {
        run { $0.fail(.disconnected(reason: "the sender was closed")) }
    }

    private func run(_ body: @escaping @Sendable (any ConnectionHandler) -> Void) {
        if eventLoop.inEventLoop {
            body(handler.value)
        } else {
            eventLoop.execute { body(self.handler.value) }
        }
    }
}
