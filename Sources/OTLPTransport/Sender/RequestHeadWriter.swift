import NIOCore
import NIOHTTP1
import OTLP

/// Turns the parts of a request into bytes; stands between the socket and the response decoder.
///
/// NIO's response decoder must see a request's head pass in order to expect a response, but the
/// head's bytes are ready already: so a placeholder passes the decoder, and is replaced here.
final class RequestHeadWriter: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = ByteBuffer

    static let placeholder = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")

    private let heads: RequestHeads
    private var buffer = ByteBuffer()

    init(_ heads: RequestHeads) {
        self.heads = heads
    }

    /// Sets the head that stands for the next placeholder.
    func prepare(_ exchange: Exchange) {
        if let head = exchange.head {
            buffer = head
        } else {
            heads.write(exchange.signal, bodyBytes: exchange.body.readableBytes, into: &buffer)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head: context.write(wrapOutboundOut(buffer), promise: promise)
        case .body(.byteBuffer(let body)): context.write(wrapOutboundOut(body), promise: promise)
        case .body(.fileRegion), .end: promise?.succeed()
        }
    }
}
