public import NIOCore
public import NIOHTTP1
import NIOPosix
public import NIOSSL
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A server that reads whole HTTP requests and answers each as its script says.
public final class ScriptedServer: Sendable {
    /// What follows a request.
    public enum Reply: Sendable {
        /// 200, and the request's body is among those taken.
        case accept
        case bytes(String)
        case bytesThenClose(String)
        /// The connection ends, by a FIN or by an RST.
        case close
        case reset
        case silence

        /// An answer with that status: `503 Service Unavailable`.
        public static func status(
            _ line: String,
            _ headers: String = "",
            body: String = ""
        ) -> Reply {
            .bytes(
                "HTTP/1.1 \(line)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
        }
    }

    /// A request as it came.
    public struct Request: Sendable {
        /// Its request line and headers.
        public var head: HTTPRequestHead
        /// All of its body.
        public var body: ByteBuffer
    }

    private struct State {
        var requests: [Request] = []
        var taken: [[UInt8]] = []
        var connections = 0
        var open = 0
        var mostOpen = 0
    }

    /// An answer that says no more than that all went well.
    public static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    private let state = Mutex(State())
    private let script: @Sendable (Int) -> Reply
    /// Yields once for each request that has arrived.
    public let arrivals: AsyncStream<Void>
    /// Yields once for each connection that has closed.
    public let closures: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation
    private let closed: AsyncStream<Void>.Continuation

    private init(_ script: @escaping @Sendable (Int) -> Reply) {
        self.script = script
        (arrivals, arrived) = AsyncStream.makeStream()
        (closures, closed) = AsyncStream.makeStream()
    }

    /// The requests that have arrived, those sent again included.
    public var requests: [Request] { state.withLock { $0.requests } }
    /// The bodies of those accepted.
    public var taken: [[UInt8]] { state.withLock { $0.taken } }
    /// How many connections there were.
    public var connectionCount: Int { state.withLock { $0.connections } }
    /// How many of them were open at the same time, at most.
    public var mostOpen: Int { state.withLock { $0.mostOpen } }

    fileprivate func reply(to request: Request) -> Reply {
        let index = state.withLock { state in
            state.requests.append(request)
            return state.requests.count - 1
        }
        arrived.yield()
        let reply = script(index)
        if case .accept = reply {
            state.withLock { $0.taken.append(Array(request.body.readableBytesView)) }
        }
        return reply
    }

    fileprivate func connectionOpened(_ channel: any Channel) {
        state.withLock { state in
            state.connections += 1
            state.open += 1
            state.mostOpen = max(state.mostOpen, state.open)
        }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { $0.open -= 1 }
            self.closed.yield()
        }
    }

    /// Runs a server on a free port until the body returns; the script is told a request's number,
    /// from 0.
    public static func run<Result: Sendable>(
        tls: NIOSSLContext? = nil,
        _ script: @escaping @Sendable (_ request: Int) -> Reply,
        _ body: (_ server: ScriptedServer, _ port: Int) async throws -> Result
    ) async throws -> Result {
        let server = ScriptedServer(script)
        return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
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
            .serving { port in try await body(server, port) }
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
        case .accept:
            write(ScriptedServer.ok, in: context)
        case .bytes(let bytes):
            write(bytes, in: context)
        case .bytesThenClose(let bytes):
            write(bytes, in: context)
            context.close(promise: nil)
        case .close:
            context.close(promise: nil)
        case .reset:
            let socket = context.channel as? any SocketOptionProvider
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            socket?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
                bound.value.close(promise: nil)
            }
        case .silence:
            break
        }
    }

    private func write(_ bytes: String, in context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: bytes)), promise: nil)
    }
}
