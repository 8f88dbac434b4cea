import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import OTLPTransport
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A server that reads whole HTTP requests and answers them with bytes from a script.
final class ScriptedServer: Sendable {
    /// What follows a request.
    enum Reply: Sendable {
        case bytes(String)
        case bytesThenClose(String)
        /// The connection ends, by a FIN or by an RST.
        case close
        case reset
        case silence
    }

    struct Request: Sendable {
        var head: HTTPRequestHead
        var body: ByteBuffer
    }

    static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    private let state = Mutex<(requests: [Request], connections: Int)>(([], 0))
    private let script: @Sendable (Int) -> Reply
    /// Yields once for each request that has arrived.
    let arrivals: AsyncStream<Void>
    /// Yields once for each connection that has closed.
    let closures: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation
    private let closed: AsyncStream<Void>.Continuation

    private init(_ script: @escaping @Sendable (Int) -> Reply) {
        self.script = script
        (arrivals, arrived) = AsyncStream.makeStream()
        (closures, closed) = AsyncStream.makeStream()
    }

    var requests: [Request] { state.withLock { $0.requests } }
    var connectionCount: Int { state.withLock { $0.connections } }

    fileprivate func reply(to request: Request) -> Reply {
        let index = state.withLock { state in
            state.requests.append(request)
            return state.requests.count - 1
        }
        arrived.yield()
        return script(index)
    }

    fileprivate func connectionOpened(_ channel: any Channel) {
        state.withLock { $0.connections += 1 }
        channel.closeFuture.whenComplete { _ in self.closed.yield() }
    }

    /// Runs a server on a free port until the body returns; the script is told a request's number,
    /// from 0.
    static func run<Result: Sendable>(
        tls: NIOSSLContext? = nil,
        _ script: @escaping @Sendable (Int) -> Reply,
        _ body: (ScriptedServer, OTLPEndpoint) async throws -> Result
    ) async throws -> Result {
        let server = ScriptedServer(script)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    server.connectionOpened(channel)
                    if let tls {
                        try channel.pipeline.syncOperations
                            .addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandlers(
                        ByteToMessageHandler(HTTPRequestDecoder()),
                        ScriptHandler(server)
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        do {
            let port = channel.localAddress?.port ?? 0
            let result = try await body(server, OTLPEndpoint("http://127.0.0.1:\(port)"))
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let server: ScriptedServer
    private var request: ScriptedServer.Request?

    init(_ server: ScriptedServer) {
        self.server = server
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = .init(head: head, body: ByteBuffer())
        case .body(let part): request?.body.writeImmutableBuffer(part)
        case .end:
            guard let request else { return }
            carryOut(server.reply(to: request), in: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func carryOut(_ reply: ScriptedServer.Reply, in context: ChannelHandlerContext) {
        switch reply {
        case .bytes(let bytes):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: bytes)), promise: nil)
        case .bytesThenClose(let bytes):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: bytes)), promise: nil)
            context.close(promise: nil)
        case .close:
            context.close(promise: nil)
        case .reset:
            let socket = context.channel as? any SocketOptionProvider
            let close = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            socket?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
                close.value.1.close(promise: nil)
            }
        case .silence:
            break
        }
    }
}
