import NIOCore
import NIOHPACK
public import NIOHTTP2
import NIOPosix
public import NIOSSL
import Synchronization

/// A server that reads whole calls of gRPC, or of anything over HTTP/2, and answers them with frames
/// from a script.
public final class ScriptedCallServer: Sendable {
    /// One thing that the server does in answer to a call.
    public enum Part: Sendable {
        case headers([(String, String)], endStream: Bool = false)
        case data([UInt8], endStream: Bool = false)
        case reset(HTTP2ErrorCode)
        /// Streams after this one have not been looked at; nil for the call's own.
        case goAway(last: Int? = nil)
        case close
    }

    /// What follows a call.
    public struct Reply: Sendable {
        var parts: [Part]
        // How many calls must have arrived before it goes out.
        var callsAwaited = 0

        /// Does these things, in order.
        public init(_ parts: Part...) { self.parts = parts }

        /// Waits with it until so many calls in all have arrived.
        public func held(until calls: Int) -> Reply {
            var reply = self
            reply.callsAwaited = calls
            return reply
        }

        /// The status OK with a message.
        public static func ok(_ message: [UInt8] = []) -> Reply {
            let length = withUnsafeBytes(of: UInt32(message.count).bigEndian) { Array($0) }
            return Reply(
                .headers([(":status", "200"), ("content-type", "application/grpc")]),
                .data([0] + length + message),
                .headers([("grpc-status", "0")], endStream: true)
            )
        }

        /// A status in an answer without a message.
        public static func status(_ code: String, _ fields: (String, String)...) -> Reply {
            let head = [(":status", "200"), ("content-type", "application/grpc")]
            return Reply(.headers(head + [("grpc-status", code)] + fields, endStream: true))
        }

        /// Nothing at all.
        public static let silence = Reply()
    }

    /// A call, as it arrived.
    public struct Call: Sendable {
        fileprivate var head: HPACKHeaders
        /// Its body: gRPC's prefix and the message.
        public var body: [UInt8]

        /// The value of a header field; nil where there is none.
        public subscript(field: String) -> String? {
            let values = head[field]
            return values.isEmpty ? nil : values.joined(separator: ", ")
        }

        /// The message without the five bytes in front.
        public var message: [UInt8] { Array(body.dropFirst(5)) }
    }

    private struct State {
        var calls: [Call] = []
        var connections = 0
        var openStreams = 0
        var mostOpenStreams = 0
        var resets: [HTTP2ErrorCode] = []
        var held: [(calls: Int, send: @Sendable () -> Void)] = []
    }

    private let state = Mutex(State())
    private let script: @Sendable (Int) -> Reply
    fileprivate let answersEarly: Bool

    /// The calls that have arrived.
    public var calls: [Call] { state.withLock { $0.calls } }
    /// Connections that there have been.
    public var connectionCount: Int { state.withLock { $0.connections } }
    /// The most calls under way at a time, over all connections.
    public var mostOpenStreams: Int { state.withLock { $0.mostOpenStreams } }
    /// With what the client has reset streams.
    public var resets: [HTTP2ErrorCode] { state.withLock { $0.resets } }

    private init(_ script: @escaping @Sendable (Int) -> Reply, answersEarly: Bool) {
        self.script = script
        self.answersEarly = answersEarly
    }

    /// Runs a server on a free port until the body returns; the script is told a call's number, from
    /// 0.
    ///
    /// One that answers early does so when a call's header fields are there, and never opens a window.
    public static func run<Result: Sendable>(
        settings: HTTP2Settings = [],
        answersEarly: Bool = false,
        tls: NIOSSLContext? = nil,
        _ script: @escaping @Sendable (Int) -> Reply,
        _ body: (_ server: ScriptedCallServer, _ port: Int) async throws -> Result
    ) async throws -> Result {
        let server = ScriptedCallServer(script, answersEarly: answersEarly)
        return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    server.state.withLock { $0.connections += 1 }
                    try pipeline.addHandlers(
                        NIOHTTP2Handler(
                            mode: .server,
                            initialSettings: settings,
                            headerBlockValidation: .disabled
                        ),
                        CallHandler(server)
                    )
                }
            }
            .serving { port in try await body(server, port) }
    }

    fileprivate func streamOpened() {
        state.withLock { state in
            state.openStreams += 1
            state.mostOpenStreams = max(state.mostOpenStreams, state.openStreams)
        }
    }

    fileprivate func streamClosed() {
        state.withLock { $0.openStreams -= 1 }
    }

    fileprivate func streamReset(_ code: HTTP2ErrorCode) {
        state.withLock { $0.resets.append(code) }
    }

    /// A call has arrived: does what its reply says, and what waited for as many calls.
    fileprivate func reply(to call: Call, _ carryOut: @escaping @Sendable ([Part]) -> Void) {
        let number = state.withLock { state in
            state.calls.append(call)
            return state.calls.count - 1
        }
        let reply = script(number)
        let ready = state.withLock { state in
            state.held.append((reply.callsAwaited, { carryOut(reply.parts) }))
            let ready = state.held.filter { $0.calls <= state.calls.count }
            state.held.removeAll { $0.calls <= state.calls.count }
            return ready
        }
        for held in ready { held.send() }
    }
}

private final class CallHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let server: ScriptedCallServer
    private var calls: [HTTP2StreamID: ScriptedCallServer.Call] = [:]

    init(_ server: ScriptedCallServer) {
        self.server = server
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.payload {
        case .headers(let part):
            calls[frame.streamID] = .init(head: part.headers, body: [])
            if server.answersEarly || part.endStream { answer(frame.streamID, in: context) }
        case .data(let part):
            receive(part, of: frame.streamID, in: context)
        case .rstStream(let code):
            server.streamReset(code)
        default:
            break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is NIOHTTP2StreamCreatedEvent: server.streamOpened()
        case is StreamClosedEvent: server.streamClosed()
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func receive(
        _ part: HTTP2Frame.FramePayload.Data,
        of id: HTTP2StreamID,
        in context: ChannelHandlerContext
    ) {
        guard !server.answersEarly, case .byteBuffer(let bytes) = part.data else { return }
        calls[id]?.body += Array(bytes.readableBytesView)
        if bytes.readableBytes > 0 {
            for stream in part.endStream ? [.rootStream] : [.rootStream, id] {
                write(
                    .windowUpdate(windowSizeIncrement: bytes.readableBytes),
                    to: stream,
                    in: context
                )
            }
            context.flush()
        }
        if part.endStream { answer(id, in: context) }
    }

    private func answer(_ id: HTTP2StreamID, in context: ChannelHandlerContext) {
        guard let call = calls.removeValue(forKey: id) else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        server.reply(to: call) { parts in
            eventLoop.execute {
                let (handler, context) = bound.value
                for part in parts { handler.carryOut(part, id, in: context) }
                context.flush()
            }
        }
    }

    private func carryOut(
        _ part: ScriptedCallServer.Part,
        _ id: HTTP2StreamID,
        in context: ChannelHandlerContext
    ) {
        switch part {
        case .headers(let fields, let endStream):
            let headers = HPACKHeaders(fields)
            write(.headers(.init(headers: headers, endStream: endStream)), to: id, in: context)
        case .data(let bytes, let endStream):
            let data = IOData.byteBuffer(ByteBuffer(bytes: bytes))
            write(.data(.init(data: data, endStream: endStream)), to: id, in: context)
        case .reset(let code):
            write(.rstStream(code), to: id, in: context)
        case .goAway(let last):
            let last = last.map { HTTP2StreamID($0) } ?? id
            write(
                .goAway(lastStreamID: last, errorCode: .noError, opaqueData: nil),
                to: .rootStream,
                in: context
            )
        case .close:
            context.close(promise: nil)
        }
    }

    private func write(
        _ payload: HTTP2Frame.FramePayload,
        to id: HTTP2StreamID,
        in context: ChannelHandlerContext
    ) {
        context.write(wrapOutboundOut(HTTP2Frame(streamID: id, payload: payload)), promise: nil)
    }
}
