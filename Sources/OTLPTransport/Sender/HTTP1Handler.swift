import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS
import OTLP

/// A connection that speaks HTTP/1.1: writes a request, reads the response, asks the pool for the
/// next request.
final class HTTP1Handler: ChannelInboundHandler, ConnectionHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private static let placeholder = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")

    private struct Running {
        let exchange: Exchange
        let sentAt: ContinuousClock.Instant
        let deadline: NIODeadline
        var response: ResponseReader?
    }

    private let sender: OTLPSender
    private let wire: HTTP1Wire
    private let opening: ConnectionPromise
    private let requestTimeout: TimeAmount
    private var context: ChannelHandlerContext?
    private let membership: PoolMembership
    private var running: Running?
    // At most one a connection, set again when it fires too early: requests are many, timeouts few.
    private var timer: Scheduled<Void>?

    init(sender: OTLPSender, wire: HTTP1Wire, opening: ConnectionPromise) {
        self.sender = sender
        self.wire = wire
        self.opening = opening
        membership = PoolMembership(of: sender)
        requestTimeout = TimeAmount(bounded: sender.configuration.requestTimeout)
    }

    func register(_ connection: SenderConnection) {
        guard let context, context.channel.isActive else {
            return sender.connectionFailed("\(OpeningError.closed)")
        }
        guard let exchanges = membership.join(as: connection, capacity: 1)
        else { return context.close(promise: nil) }
        exchanges.forEach(send)
    }

    /// Sends the request, or the next one that waits if it has been cancelled.
    ///
    /// On a connection that turns out closed, it goes back to the pool: nothing of it was sent.
    func send(_ first: Exchange) {
        guard let context, let connection = membership.connection, context.channel.isActive else {
            leave()
            return sender.submit(first)
        }
        if let exchange = membership.claimed(first, for: connection) {
            write(exchange, in: context)
        }
    }

    func cancel(_ exchange: Exchange) {
        if running?.exchange === exchange { fail(.cancelled) }
    }

    /// Ends the request that is under way, if any, and closes the connection.
    func fail(_ outcome: SendOutcome) {
        end(outcome, keepingConnection: false)
    }

    private func write(_ exchange: Exchange, in context: ChannelHandlerContext) {
        exchange.willSend()
        running = Running(
            exchange: exchange,
            sentAt: .now,
            deadline: .now() + requestTimeout
        )
        wire.send(exchange)
        if timer == nil { setTimer(in: context) }
    }

    private func end(_ outcome: SendOutcome, keepingConnection: Bool) {
        let answeredAt = ContinuousClock.now
        let ended = running
        running = nil
        // The connection is free, or gone, before the waiting task learns of the result.
        var next: Exchange?
        if keepingConnection, membership.connection != nil {
            next = membership.next()
        } else {
            leave()
            context?.close(promise: nil)
        }
        // The next request doesn't wait for what is done about this one.
        if let next { send(next) }
        if let ended {
            ended.exchange.end(
                SendResult(outcome: outcome, sentAt: ended.sentAt, answeredAt: answeredAt)
            )
        }
    }

    private func leave() {
        timer?.cancel()
        timer = nil
        membership.leave()
    }

    private func setTimer(in context: ChannelHandlerContext) {
        guard let running else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: running.deadline) {
            self.timer = nil
            guard let running = self.running else { return }
            if running.deadline <= .now() {
                self.fail(.timedOut)
            } else {
                self.setTimer(in: context)
            }
        }
    }
}

extension HTTP1Handler {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        wire.connect(self)
        if context.channel.isActive { isReady(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        isReady(context)
        context.fireChannelActive()
    }

    /// With TLS, the connection is ready only after the handshake.
    private func isReady(_ context: ChannelHandlerContext) {
        if !sender.endpoint.isSecure {
            opening.succeed(SenderConnection(self, eventLoop: context.eventLoop))
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event {
            opening.succeed(SenderConnection(self, eventLoop: context.eventLoop))
        }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// The running request was accepted, and its answer is over.
    func receiveSuccess() {
        end(.accepted(rejectedItems: 0, message: nil), keepingConnection: true)
    }

    /// The answer is for the decoder, which must see a request's head pass in order to expect one.
    func expectResponse() {
        context?.write(wrapOutboundOut(.head(Self.placeholder)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let exchange = running?.exchange else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            running?.response = ResponseReader(head, to: exchange.signal)
        case .body(let part):
            if running?.response?.append(part) == false { endResponse() }
        case .end:
            endResponse()
        }
    }

    private func endResponse() {
        guard let response = running?.response else { return }
        running?.exchange.keep(response)
        let outcome = response.outcome(now: sender.clock.now)
        end(outcome, keepingConnection: response.isKeepAlive)
    }

    func channelInactive(context: ChannelHandlerContext) {
        opening.fail(OpeningError.closed)
        fail(.disconnected(reason: closedReason))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        opening.fail(error)
        switch error {
        case HTTPParserError.invalidEOFState, NIOSSLError.uncleanShutdown:
            fail(.disconnected(reason: closedReason))
        case is HTTPParserError, is NIOHTTPDecoderError:
            fail(.invalidResponse(reason: "not an HTTP response (\(error))"))
        default:
            fail(.disconnected(reason: ConnectFailure.reason(of: error)))
        }
    }

    private var closedReason: String {
        running?.response == nil
            ? "the server closed the connection before it answered"
            : "the server closed the connection in the middle of its answer"
    }
}
