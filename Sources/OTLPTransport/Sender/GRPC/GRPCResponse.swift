import NIOCore
import NIOHPACK
import OTLP

/// Gathers the answer to one call and says what it means (gRPC over HTTP/2, "Responses").
struct GRPCResponse {
    private let signal: Signal
    private var head: HPACKHeaders?
    private var trailers: HPACKHeaders?
    private var body = ByteBuffer()
    private var isTooLong = false

    init(to signal: Signal) {
        self.signal = signal
    }

    /// Takes the header fields, and later those after the body; interim answers (1xx) are ignored.
    mutating func append(_ headers: HPACKHeaders) {
        if head == nil {
            if headers.first(name: ":status")?.hasPrefix("1") != true { head = headers }
        } else {
            trailers = headers
        }
    }

    /// Takes the next part of the body; false once the body exceeds what is read.
    mutating func append(_ part: ByteBuffer) -> Bool {
        guard part.readableBytes <= ResponseReader.maximumBodyBytes - body.readableBytes else {
            isTooLong = true
            return false
        }
        body.writeImmutableBuffer(part)
        return true
    }

    /// What the answer, as far as it was read, means; a date in Retry-After counts from now.
    func outcome(now: @autoclosure () -> Timestamp) -> SendOutcome {
        guard let head else { return .invalidResponse(reason: "an answer without header fields") }
        if isTooLong {
            return .invalidResponse(
                reason: "an answer of more than \(ResponseReader.maximumBodyBytes) bytes"
            )
        }
        let fields = trailers ?? head
        guard let field = fields.first(name: "grpc-status") else {
            return outcomeWithoutStatus(head, now: now())
        }
        guard let status = GRPCStatus(field: field) else {
            let shown = String(printable: field, limit: 40)
            return .invalidResponse(reason: "'\(shown)' is not a status of gRPC")
        }
        guard status == .ok else {
            return .failedCall(
                status,
                retryAfter: fields.first(name: "grpc-status-details-bin")
                    .flatMap(RetryDelay.duration),
                message: fields.first(name: "grpc-message").flatMap(Self.text)
            )
        }
        return success
    }

    /// What stands between client and server, a proxy say, answers in HTTP alone.
    private func outcomeWithoutStatus(_ head: HPACKHeaders, now: Timestamp) -> SendOutcome {
        guard let status = head.first(name: ":status").flatMap({ Int($0) }), status != 200 else {
            return .invalidResponse(reason: "an answer without a status of gRPC")
        }
        let text = String(decoding: body.readableBytesView.prefix(2_000), as: UTF8.self)
        return .refused(
            status: status,
            retryAfter: head.first(name: "retry-after")
                .flatMap { RetryAfter.duration($0, now: now) },
            message: text.isEmpty ? nil : String(printable: text, limit: 500)
        )
    }

    private var success: SendOutcome {
        var body = body
        guard let flag = body.readInteger(as: UInt8.self),
            let length = body.readInteger(as: UInt32.self), body.readableBytes == Int(length)
        else {
            return .invalidResponse(reason: "the status OK without exactly one message")
        }
        guard flag == 0 else {
            return .invalidResponse(reason: "a compressed answer, which wasn't asked for")
        }
        // The usual case: full success, which encodes to no bytes.
        if length == 0 { return .accepted(rejectedItems: 0, message: nil) }
        do {
            let partial = try PartialSuccess(signal, response: Array(buffer: body))
            return .accepted(rejectedItems: partial.rejectedItems, message: partial.message)
        } catch {
            return .invalidResponse(
                reason: "the status OK with a message that is not an OTLP response"
            )
        }
    }

    /// Undoes the percent-encoding of `grpc-message`; what isn't encoded well stays as it is.
    private static func text(of field: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        let text = String(printable: String(decoding: bytes, as: UTF8.self), limit: 500)
        return text.isEmpty ? nil : text
    }
}
