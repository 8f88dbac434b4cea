import NIOCore
import NIOHTTP1
import NIOPosix
import OTLP
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A backend that answers each request as its script says, and counts what it has taken.
final class ScriptedBackend: Sendable {
    /// What follows a request.
    enum Reply: Sendable {
        /// 200, and the request is taken.
        case accept
        case bytes(String)
        case bytesThenClose(String)
        case reset
        case silence

        static func status(_ line: String, _ headers: String = "", body: String = "") -> Reply {
            .bytes(
                "HTTP/1.1 \(line)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
        }
    }

    private struct State {
        var requests = 0
        var taken: [[UInt8]] = []
        var open = 0
        var mostOpen = 0
    }

    private let state = Mutex(State())
    private let script: @Sendable (_ request: Int) -> Reply

    private init(_ script: @escaping @Sendable (Int) -> Reply) {
        self.script = script
    }

    /// Requests that have arrived, those sent again included.
    var requestCount: Int { state.withLock { $0.requests } }
    /// How many connections were open at the same time, at most.
    var mostOpen: Int { state.withLock { $0.mostOpen } }
    /// The payloads of those accepted.
    var taken: [[UInt8]] { state.withLock { $0.taken } }

    fileprivate func opened() {
        state.withLock { state in
            state.open += 1
            state.mostOpen = max(state.mostOpen, state.open)
        }
    }

    fileprivate func closed() {
        state.withLock { $0.open -= 1 }
    }

    fileprivate func reply(to body: ByteBuffer) -> Reply {
        let number = state.withLock { state in
            state.requests += 1
            return state.requests
        }
        let reply = script(number)
        if case .accept = reply {
            state.withLock { $0.taken.append(Array(body.readableBytesView)) }
        }
        return reply
    }

    /// Runs a backend on a free port until the body returns; the script is told a request's number,
    /// from 1.
    static func run<Result: Sendable>(
        _ script: @escaping @Sendable (Int) -> Reply,
        _ body: (_ backend: ScriptedBackend, _ port: Int) async throws -> Result
    ) async throws -> Result {
        let backend = ScriptedBackend(script)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        ByteToMessageHandler(HTTPRequestDecoder()),
                        ScriptHandler(backend)
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        do {
            let result = try await body(backend, channel.localAddress?.port ?? 0)
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

    private let backend: ScriptedBackend
    private var body = ByteBuffer()

    init(_ backend: ScriptedBackend) {
        self.backend = backend
    }

    func channelActive(context: ChannelHandlerContext) {
        backend.opened()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        backend.closed()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: body = ByteBuffer()
        case .body(let part): body.writeImmutableBuffer(part)
        case .end: carryOut(backend.reply(to: body), in: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func carryOut(_ reply: ScriptedBackend.Reply, in context: ChannelHandlerContext) {
        switch reply {
        case .accept:
            write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", in: context)
        case .bytes(let bytes):
            write(bytes, in: context)
        case .bytesThenClose(let bytes):
            write(bytes, in: context)
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
