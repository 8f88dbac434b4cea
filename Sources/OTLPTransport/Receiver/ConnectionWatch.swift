import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS

/// Watches one HTTP/1.1 connection of a server: closes it when a request takes too long to come in,
/// and tells a log of what is no HTTP and no TLS.
///
/// Three handlers share it, since the three things to see pass at different places: bytes as the
/// socket gives them, whole requests behind the decoder, and errors at the end.
final class ConnectionWatch: RemovableChannelHandler, ChannelInboundHandler {
    typealias InboundIn = Any

    private let limit: Duration
    private let log: RefusalLog
    private var deadline: RequestDeadline
    private var timer: Scheduled<Void>?

    init(limit: Duration, log: RefusalLog) {
        self.limit = limit
        self.log = log
        deadline = RequestDeadline(limit: TimeAmount(bounded: limit))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(RequestEnds(watch: self), position: .after(decoder))
            try pipeline.addHandler(ByteArrivals(watch: self), position: .first)
        } catch {
            context.fireErrorCaught(error)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOSSLError.uncleanShutdown: break
        case is NIOSSLError, is BoringSSLError: log.disconnected("the TLS handshake failed")
        case is HTTPParserError: log.disconnected("what came in is no HTTP request")
        default: break
        }
        context.fireErrorCaught(error)
    }

    fileprivate func bytesArrived(_ context: ChannelHandlerContext) {
        guard deadline.bytesArrived(at: .now()), timer == nil, let end = deadline.deadline else {
            return
        }
        setTimer(context, at: end)
    }

    fileprivate func completed() {
        deadline.completed()
    }

    fileprivate func closed() {
        timer?.cancel()
        timer = nil
    }

    // At most one a connection, left alone when a request ends: requests are many, timeouts few.
    private func setTimer(_ context: ChannelHandlerContext, at end: NIODeadline) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: end) {
            self.timer = nil
            switch self.deadline.timerFired(at: .now()) {
            case .rest: break
            case .wait(let end): self.setTimer(context, at: end)
            case .close:
                guard context.channel.isActive else { return }
                self.log.disconnected("a request took longer than \(self.limit) to come in")
                context.close(promise: nil)
            }
        }
    }
}

private final class ByteArrivals: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let watch: ConnectionWatch

    init(watch: ConnectionWatch) {
        self.watch = watch
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        watch.bytesArrived(context)
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch.closed()
        context.fireChannelInactive()
    }
}

private final class RequestEnds: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let watch: ConnectionWatch

    init(watch: ConnectionWatch) {
        self.watch = watch
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = unwrapInboundIn(data) { watch.completed() }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { watch.completed() }
        context.fireUserInboundEventTriggered(event)
    }
}
