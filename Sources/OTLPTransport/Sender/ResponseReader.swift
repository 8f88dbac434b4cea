import NIOCore
import NIOHTTP1
import OTLP
import SwiftProtobuf

/// Gathers one response and says what it means.
struct ResponseReader {
    /// The most of a body that is read.
    static let maximumBodyBytes = 1 << 20

    private let signal: Signal
    private let head: HTTPResponseHead
    private var body = ByteBuffer()
    private var isTooLong = false

    init(_ head: HTTPResponseHead, to signal: Signal) {
        self.head = head
        self.signal = signal
    }

    /// The response as it came, of which a body beyond the bound is lacking.
    var raw: (head: HTTPResponseHead, body: ByteBuffer, isWhole: Bool) { (head, body, !isTooLong) }

    /// Whether the connection can carry another request after this response.
    ///
    /// After 101, what follows is no HTTP.
    var isKeepAlive: Bool { head.isKeepAlive && head.status.code != 101 && !isTooLong }

    /// Takes the next part of the body; false once the body exceeds what is read.
    mutating func append(_ part: ByteBuffer) -> Bool {
        guard part.readableBytes <= Self.maximumBodyBytes - body.readableBytes else {
            isTooLong = true
            return false
        }
        if body.readableBytes == 0 {
            body = part
        } else {
            body.writeImmutableBuffer(part)
        }
        return true
    }

    /// What the response, as far as it was read, means; a date in Retry-After counts from now.
    func outcome(now: @autoclosure () -> Timestamp) -> SendOutcome {
        guard (200..<300).contains(head.status.code) else {
            return .refused(
                status: Int(head.status.code),
                retryAfter: head.headers.first(name: "Retry-After")
                    .flatMap { RetryAfter.duration($0, now: now()) },
                message: refusalMessage
            )
        }
        if isTooLong {
            return .invalidResponse(
                reason: "a response body of more than \(Self.maximumBodyBytes) bytes"
            )
        }
        // The usual case: full success, which encodes to no bytes.
        if body.readableBytes == 0 { return .accepted(rejectedItems: 0, message: nil) }
        do {
            let partial =
                try isJSON
                ? PartialSuccess(signal, json: Array(buffer: body))
                : PartialSuccess(signal, response: Array(buffer: body))
            return .accepted(rejectedItems: partial.rejectedItems, message: partial.message)
        } catch {
            return .invalidResponse(
                reason: "status \(head.status.code) with a body that is not an OTLP response"
            )
        }
    }

    private var contentType: String {
        head.headers.first(name: "Content-Type")?.lowercased() ?? ""
    }

    private var isJSON: Bool { contentType.hasPrefix("application/json") }

    /// The message of the `google.rpc.Status` in the body, or the text that stands there instead.
    private var refusalMessage: String? {
        guard body.readableBytes > 0, !isTooLong else { return nil }
        let text: String
        if contentType.hasPrefix("application/x-protobuf") {
            let status = try? RPCStatus(serializedBytes: Array(buffer: body))
            text = status?.message ?? ""
        } else if isJSON, let message = StatusText(json: Array(buffer: body))?.message {
            text = message
        } else {
            text = String(decoding: body.readableBytesView.prefix(2_000), as: UTF8.self)
        }
        return text.isEmpty ? nil : String(printable: text, limit: 500)
    }
}
