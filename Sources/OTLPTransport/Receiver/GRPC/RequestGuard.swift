import NIOCore
import NIOHPACK
import NIOHTTP2
import OTLP

/// Stands before gRPC on each stream of a server and lets requests through once they are complete
/// and within the bounds; answers the others itself.
///
/// A compressed message is let through as it is, for ``ExportServices`` to inflate: gRPC would do it
/// on the event loop, where everybody else waits meanwhile.
///
/// gRPC's own bounds end a stream without a status, where the OTLP specification asks for one that
/// tells the client whether to try again; and what it holds isn't counted with all other bodies.
final class RequestGuard: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// The field that says so, of which none comes from outside.
    static let compressed = "playback-compressed"

    private enum State {
        /// Nothing came yet; moves to `collecting` or `ended`.
        case new
        /// The head is held back; moves to `ended`.
        case collecting(HPACKHeaders)
        /// Let through or answered.
        case ended
    }

    private let intake: ExportIntake
    private let limit: Duration
    private var state = State.new
    private var timer: Scheduled<Void>?
    // Kept until the stream ends, since its request is in memory until then.
    private var collector: MessageCollector
    private var isEncodingNamed = false

    init(intake: ExportIntake, limit: Duration) {
        self.intake = intake
        self.limit = limit
        collector = MessageCollector(
            limitBytes: intake.limits.bodyBytes,
            budget: intake.budget
        )
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(ExportRefusal) {
            switch unwrapInboundIn(data) {
            case .headers(let head): try begin(head, in: context)
            case .data(let part): try take(part, in: context)
            default: context.fireChannelRead(data)
            }
        } catch {
            answer(error, in: context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        collector.release()
        context.fireChannelInactive()
    }

    private func begin(
        _ frame: HTTP2Frame.FramePayload.Headers,
        in context: ChannelHandlerContext
    ) throws(ExportRefusal) {
        // Trailers say nothing that a unary request's server has to know, but end the stream.
        guard case .new = state else {
            if frame.endStream { try finish(in: context) }
            return
        }
        try intake.authorize(frame.headers.first(name: "authorization"))
        isEncodingNamed = try Self.isCompressing(frame.headers.first(name: "grpc-encoding"))
        state = .collecting(frame.headers)
        if frame.endStream { return try finish(in: context) }
        timer = context.eventLoop.assumeIsolated()
            .scheduleTask(in: TimeAmount(bounded: limit)) {
                guard case .collecting = self.state else { return }
                self.answer(.tooSlow(limit: self.limit), in: context)
                context.writeAndFlush(self.wrapOutboundOut(.rstStream(.cancel)), promise: nil)
            }
    }

    private func take(
        _ frame: HTTP2Frame.FramePayload.Data,
        in context: ChannelHandlerContext
    ) throws(ExportRefusal) {
        guard case .collecting = state else { return }
        if case .byteBuffer(let part) = frame.data { try collector.append(part) }
        if frame.endStream { try finish(in: context) }
    }

    /// Lets a complete request through, its message marked as one that isn't compressed.
    private func finish(in context: ChannelHandlerContext) throws(ExportRefusal) {
        guard case .collecting(var head) = state else { return }
        end()
        let message = try collector.finish()
        guard isEncodingNamed || !collector.isCompressed else {
            throw .malformed(reason: "a message is marked as compressed, its encoding isn't named")
        }
        head.remove(name: "grpc-encoding")
        head.remove(name: Self.compressed)
        if collector.isCompressed { head.add(name: Self.compressed, value: "1") }
        var body = ByteBuffer()
        body.reserveCapacity(message.readableBytes + 5)
        body.writeInteger(UInt8(0))
        body.writeInteger(UInt32(clamping: message.readableBytes))
        body.writeImmutableBuffer(message)
        context.fireChannelRead(wrapInboundOut(.headers(.init(headers: head))))
        context.fireChannelRead(
            wrapInboundOut(.data(.init(data: .byteBuffer(body), endStream: true)))
        )
    }

    private func answer(_ refusal: ExportRefusal, in context: ChannelHandlerContext) {
        intake.log.refused(refusal, nil, by: .grpc)
        end()
        let trailers = HTTP2Frame.FramePayload.Headers(headers: refusal.trailers, endStream: true)
        context.writeAndFlush(wrapOutboundOut(.headers(trailers)), promise: nil)
    }

    private func end() {
        state = .ended
        timer?.cancel()
        timer = nil
    }

    private static func isCompressing(_ name: String?) throws(ExportRefusal) -> Bool {
        switch name {
        case nil, "identity": false
        case "gzip", "deflate": true
        default: throw .unsupportedContentEncoding
        }
    }
}
