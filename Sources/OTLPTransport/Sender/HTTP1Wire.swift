import NIOCore
import NIOHTTP1

/// The end of an HTTP/1.1 connection next to the socket, which requests and the usual answers pass
/// without being taken apart.
///
/// Requests are bytes already, but for the length of their body. Answers that say success and
/// nothing else are told to the connection's handler; all others go on to NIO's response decoder.
final class HTTP1Wire: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = ByteBuffer

    /// Bodies up to this long are cheaper copied behind their head than written as a second piece.
    private static let longestCopiedBytes = 8 << 10
    /// What is written of a body at a time while something else may come due: that takes some 4 µs.
    private static let partBytes = 16 << 10

    private let heads: RequestHeads
    // Each holds the other, until they leave the pipeline.
    private var handler: HTTP1Handler?
    private var context: ChannelHandlerContext?
    private var buffer = ByteBuffer()
    private var recognizer = PlainSuccess()
    /// Whether a request was written of whose answer nothing has come.
    private var awaitsAnswer = false
    private var passesAnswersOn = false

    init(_ heads: RequestHeads) {
        self.heads = heads
    }

    /// Has answers told to a handler.
    func connect(_ handler: HTTP1Handler) {
        self.handler = handler
    }

    func send(_ exchange: Exchange) {
        guard let context else { return }
        let body = exchange.body
        if let head = exchange.head {
            buffer = head
        } else {
            heads.write(exchange.signal, bodyBytes: body.readableBytes, into: &buffer)
        }
        awaitsAnswer = true
        // Another client is to get its answer whole.
        passesAnswersOn = exchange.head != nil
        if body.readableBytes <= Self.longestCopiedBytes {
            buffer.writeImmutableBuffer(body)
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        } else if exchange.isPressed {
            writeInParts(exchange, in: context)
        } else {
            context.write(wrapOutboundOut(buffer), promise: nil)
            context.writeAndFlush(wrapOutboundOut(body), promise: nil)
        }
    }

    private func writeInParts(_ exchange: Exchange, in context: ChannelHandlerContext) {
        var body = exchange.body
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        exchange.wrotePart()
        while body.readableBytes > 0,
            let part = body.readSlice(length: min(Self.partBytes, body.readableBytes))
        {
            context.writeAndFlush(wrapOutboundOut(part), promise: nil)
            exchange.wrotePart()
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        handler = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if awaitsAnswer, let handler {
            awaitsAnswer = false
            if !passesAnswersOn, recognizer.recognizes(unwrapInboundIn(data)) {
                return handler.receiveSuccess()
            }
            handler.expectResponse()
        }
        context.fireChannelRead(data)
    }

    /// Takes the decoder's placeholder of a request that has long been written.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        promise?.succeed()
    }
}
