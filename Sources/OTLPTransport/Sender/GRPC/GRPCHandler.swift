import NIOCore
import NIOHTTP2
import NIOSSL
import NIOTLS
import OTLP

/// A connection that speaks gRPC: one call a stream, as many at a time as the server lets.
///
/// Works on the frames of HTTP/2 themselves, without a channel for each stream: a call is three
/// frames out and two or three in. NIO's handler behind it keeps the states of the streams, and
/// holds back what exceeds the server's flow-control windows.
final class GRPCHandler: ChannelInboundHandler, ConnectionHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private struct Call {
        let exchange: Exchange
        let sentAt: ContinuousClock.Instant
        let deadline: NIODeadline
        var response: GRPCResponse
    }

    // The most that NIO's handler opens where the server sets no limit.
    private static let usualCapacity = 100
    // Answers are short: with these, no stream ever needs its window opened further.
    private static let streamWindowBytes = 2 * ResponseReader.maximumBodyBytes
    private static let connectionWindowBytes = 16 << 20

    private let sender: OTLPSender
    private let heads: GRPCRequestHeads
    private let opening: ConnectionPromise
    private let requestTimeout: TimeAmount
    private let isCompressed: Bool
    private var context: ChannelHandlerContext?
    private let membership: PoolMembership
    private var calls: [HTTP2StreamID: Call] = [:]
    private var nextStreamID: Int32 = 1
    private var capacity: Int?
    private var isRetired = false
    // Answered in full while the request is still held back.
    private var answeredEarly: Set<HTTP2StreamID> = []
    // Closed by NIO for what the server sent; the error that follows says what it was.
    private var faulty: [Call] = []
    private var unreportedBytes = 0
    private var lastRead = NIODeadline.now()
    // At most one a connection, at the earliest deadline when it was set.
    private var timer: Scheduled<Void>?

    init(sender: OTLPSender, heads: GRPCRequestHeads, opening: ConnectionPromise) {
        self.sender = sender
        self.heads = heads
        self.opening = opening
        membership = PoolMembership(of: sender)
        requestTimeout = TimeAmount(bounded: sender.configuration.requestTimeout)
        isCompressed = sender.configuration.compression == .gzip
    }

    /// NIO's handler for HTTP/2, as a client of short answers wants it.
    static func http2Handler() -> NIOHTTP2Handler {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .enablePush, value: 0),
            HTTP2Setting(parameter: .initialWindowSize, value: streamWindowBytes),
            HTTP2Setting(parameter: .maxHeaderListSize, value: 64 << 10),
        ]
        // Servers measure their bandwidth with pings, and may refuse streams under load.
        connection.controlFrameRateLimit.maximumCount = 100_000
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.streamResetFrameRateLimit.maximumCount = 100_000
        return NIOHTTP2Handler(
            mode: .client,
            connectionConfiguration: connection,
            streamConfiguration: stream
        )
    }

    func register(_ connection: SenderConnection) {
        guard let context, context.channel.isActive else {
            return sender.connectionFailed("\(OpeningError.closed)")
        }
        guard
            let exchanges = membership.join(
                as: connection,
                capacity: capacity ?? Self.usualCapacity
            )
        else { return context.close(promise: nil) }
        exchanges.forEach(send)
    }

    /// Sends the request, or the next one that waits if it has been cancelled.
    ///
    /// On a connection that turns out closed or leaving, it goes back to the pool: nothing of it
    /// was sent.
    func send(_ first: Exchange) {
        guard let context, let connection = membership.connection, context.channel.isActive,
            !isRetired
        else {
            if context?.channel.isActive != true { leave() }
            return sender.submit(first)
        }
        if let exchange = membership.claimed(first, for: connection) {
            write(exchange, in: context)
        }
    }

    func cancel(_ exchange: Exchange) {
        guard let id = calls.first(where: { $0.value.exchange === exchange })?.key else { return }
        end(id, .cancelled)
        reset(id)
    }

    func fail(_ outcome: SendOutcome) {
        let ended = Array(calls.values) + faulty
        calls = [:]
        faulty = []
        leave()
        isRetired = true
        context?.close(promise: nil)
        for call in ended { end(call, outcome) }
    }

    private func write(_ exchange: Exchange, in context: ChannelHandlerContext) {
        exchange.willSend()
        let id = HTTP2StreamID(nextStreamID)
        calls[id] = Call(
            exchange: exchange,
            sentAt: .now,
            deadline: .now() + requestTimeout,
            response: GRPCResponse(to: exchange.signal)
        )
        nextStreamID += 2
        // The last numbers there are, after a thousand million calls.
        if nextStreamID > .max - 2 { retire() }
        func write(_ payload: HTTP2Frame.FramePayload) {
            context.write(wrapOutboundOut(HTTP2Frame(streamID: id, payload: payload)), promise: nil)
        }
        write(.headers(.init(headers: heads[exchange.signal])))
        // The length stands in a frame of its own, so that the body is written without a copy.
        let body = exchange.body
        var prefix = ByteBuffer()
        prefix.writeMultipleIntegers(
            UInt8(isCompressed ? 1 : 0),
            UInt32(truncatingIfNeeded: body.readableBytes)
        )
        write(.data(.init(data: .byteBuffer(prefix), endStream: body.readableBytes == 0)))
        if body.readableBytes > 0 {
            write(.data(.init(data: .byteBuffer(body), endStream: true)))
        }
        context.flush()
        if timer == nil { setTimer(in: context) }
    }

    /// Ends a call; the stream has room for the next one before the waiting task learns of it.
    private func end(_ id: HTTP2StreamID, _ outcome: SendOutcome) {
        guard let call = calls.removeValue(forKey: id) else { return }
        let next = membership.next()
        end(call, outcome)
        if let next { send(next) }
        closeIfDone()
    }

    private func end(_ call: Call, _ outcome: SendOutcome) {
        call.exchange.end(SendResult(outcome: outcome, sentAt: call.sentAt, answeredAt: .now))
    }

    /// Takes no further calls; those under way go on.
    private func retire() {
        guard !isRetired else { return }
        isRetired = true
        if let connection = membership.connection { sender.retired(connection) }
    }

    private func closeIfDone() {
        guard isRetired, calls.isEmpty, faulty.isEmpty else { return }
        leave()
        context?.close(promise: nil)
    }

    private func leave() {
        timer?.cancel()
        timer = nil
        membership.leave()
    }

    /// Closes the stream of a call that has ended: of one that hasn't, NIO's word that a stream is
    /// closed means a fault of the server.
    private func reset(_ id: HTTP2StreamID) {
        context?.writeAndFlush(
            wrapOutboundOut(HTTP2Frame(streamID: id, payload: .rstStream(.cancel))),
            promise: nil
        )
    }

    private func setTimer(in context: ChannelHandlerContext) {
        guard let deadline = calls.values.lazy.map(\.deadline).min() else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            self.endOverdue()
            if let context = self.context, self.timer == nil { self.setTimer(in: context) }
        }
    }

    /// Ends the calls that have taken too long, and the connection if the server has been silent
    /// all the while.
    private func endOverdue() {
        let now = NIODeadline.now()
        let overdue = calls.filter { $0.value.deadline <= now }
        let isSilent = overdue.values.contains { lastRead + requestTimeout < $0.deadline }
        for id in overdue.keys {
            end(id, .timedOut)
            reset(id)
        }
        if isSilent { fail(.disconnected(reason: "the server has fallen silent")) }
    }
}

extension GRPCHandler {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastRead = .now()
        let frame = unwrapInboundIn(data)
        switch frame.payload {
        case .headers(let part):
            calls[frame.streamID]?.response.append(part.headers)
            if part.endStream { endResponse(frame.streamID) }
        case .data(let part):
            receive(part, of: frame.streamID, in: context)
        case .rstStream(let code):
            end(frame.streamID, .disconnected(reason: "the server reset the stream (\(code))"))
        case .goAway(let last, _, _):
            retire()
            for id in calls.keys.filter({ $0 > last }) {
                end(id, .disconnected(reason: "the server is going away"))
            }
            closeIfDone()
        case .settings(.settings(let settings)):
            receive(settings, in: context)
        default:
            break
        }
    }

    private func receive(
        _ part: HTTP2Frame.FramePayload.Data,
        of id: HTTP2StreamID,
        in context: ChannelHandlerContext
    ) {
        guard case .byteBuffer(let bytes) = part.data else { return }
        unreportedBytes += bytes.readableBytes + (part.paddingBytes.map { $0 + 1 } ?? 0)
        if unreportedBytes > Self.connectionWindowBytes / 2 {
            openWindow(by: unreportedBytes, in: context)
            unreportedBytes = 0
        }
        let isWanted = calls[id]?.response.append(bytes) ?? true
        if part.endStream || !isWanted { endResponse(id) }
    }

    private func endResponse(_ id: HTTP2StreamID) {
        guard let call = calls[id] else { return }
        answeredEarly.insert(id)
        end(id, call.response.outcome(now: sender.clock.now))
    }

    private func receive(_ settings: HTTP2Settings, in context: ChannelHandlerContext) {
        let limit = settings.last { $0.parameter == .maxConcurrentStreams }?.value
        if capacity == nil {
            capacity = limit ?? Self.usualCapacity
            openWindow(by: Self.connectionWindowBytes, in: context)
            opening.succeed(SenderConnection(self, eventLoop: context.eventLoop))
        } else if let limit, let connection = membership.connection {
            capacity = limit
            sender.setCapacity(limit, of: connection).forEach(send)
        }
    }

    private func openWindow(by bytes: Int, in context: ChannelHandlerContext) {
        let frame = HTTP2Frame(
            streamID: .rootStream,
            payload: .windowUpdate(windowSizeIncrement: bytes)
        )
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Of these nothing more is wanted: the server has answered without the rest.
        for id in answeredEarly { reset(id) }
        answeredEarly = []
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as StreamClosedEvent:
            answeredEarly.remove(event.streamID)
            if let call = calls.removeValue(forKey: event.streamID) { faulty.append(call) }
        case TLSUserEvent.handshakeCompleted(let name?) where name != "h2":
            opening.fail(OpeningError.otherProtocol(name))
        default:
            break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        opening.fail(OpeningError.closed)
        fail(.disconnected(reason: "the server closed the connection before it answered"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        opening.fail(error is any NIOHTTP2Error ? OpeningError.notHTTP2 : error)
        if !faulty.isEmpty {
            // What one stream did ends that one alone, but the connection is not to be trusted.
            let reason = String(printable: "not an answer of gRPC (\(error))", limit: 200)
            let ended = faulty
            faulty = []
            for call in ended {
                end(
                    call,
                    ended.count == 1
                        ? .invalidResponse(reason: reason) : .disconnected(reason: reason)
                )
            }
            retire()
            closeIfDone()
        } else if case NIOSSLError.uncleanShutdown = error {
            fail(.disconnected(reason: "the server closed the connection before it answered"))
        } else {
            fail(.disconnected(reason: ConnectFailure.reason(of: error)))
        }
    }
}
