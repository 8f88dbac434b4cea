import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// Bounds how many connections a gRPC server has, and how long each may take to be set up.
final class GRPCConnections: Sendable {
    private let limit: Int
    private let setupTimeout: TimeAmount
    private let log: RefusalLog
    private let count = Atomic<Int>(0)

    init(limit: Int, setupTimeout: Duration, log: RefusalLog) {
        self.limit = limit
        self.setupTimeout = TimeAmount(bounded: setupTimeout)
        self.log = log
    }

    /// Takes a connection that was opened, or closes it when there are too many.
    func opened(_ channel: any Channel) -> EventLoopFuture<Void> {
        let (_, open) = count.add(1, ordering: .relaxed)
        channel.closeFuture.whenComplete { [self] _ in count.subtract(1, ordering: .relaxed) }
        guard open <= limit else {
            log.disconnected("more than \(limit) gRPC connections")
            return channel.close()
        }
        return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let isSecure = (try? pipeline.handler(type: NIOSSLServerHandler.self)) != nil
            let timeout = isSecure ? setupTimeout : nil
            try pipeline.addHandler(HandshakeWatch(timeout: timeout, log: log), position: .last)
        }
    }
}

/// Closes a connection whose TLS handshake takes too long, and tells a log of one that fails.
private final class HandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = Any

    private let timeout: TimeAmount?
    private let log: RefusalLog
    private var timer: Scheduled<Void>?

    init(timeout: TimeAmount?, log: RefusalLog) {
        self.timeout = timeout
        self.log = log
    }

    func handlerAdded(context: ChannelHandlerContext) {
        guard let timeout else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.log.disconnected("a TLS handshake took too long")
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { timer?.cancel() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOSSLError.uncleanShutdown: break
        case is NIOSSLError, is BoringSSLError: log.disconnected("the TLS handshake failed")
        default: break
        }
        context.fireErrorCaught(error)
    }
}
