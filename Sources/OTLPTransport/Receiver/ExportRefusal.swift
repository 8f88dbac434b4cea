import HTTPTypes
import Hummingbird
import NIOCore
import OTLP

/// Why an export request got another answer than 200, and which one.
enum ExportRefusal: Error, Equatable {
    /// A method other than POST.
    case methodNotAllowed
    /// Another content type than protobuf's, or none.
    case unsupportedContentType
    /// A content encoding other than gzip and deflate.
    case unsupportedContentEncoding
    /// More bytes, once inflated, than a body may have.
    case tooLong(limitBytes: Int)
    /// Bytes that are not what the headers say, or not an export request.
    case malformed(reason: String)
    /// No room at present.
    case full(retryAfter: Duration)
    /// The sink is out of service.
    case unavailable(reason: String)

    /// What a sink's refusal means to the client.
    init(_ refusal: TelemetryRefusal) {
        switch refusal {
        case .malformed: self = .malformed(reason: "\(refusal)")
        case .full(let retryAfter): self = .full(retryAfter: retryAfter)
        case .unavailable: self = .unavailable(reason: "\(refusal)")
        }
    }

    private var status: HTTPResponse.Status {
        switch self {
        case .methodNotAllowed: .methodNotAllowed
        case .unsupportedContentType, .unsupportedContentEncoding: .unsupportedMediaType
        case .tooLong: .contentTooLarge
        case .malformed: .badRequest
        case .full, .unavailable: .serviceUnavailable
        }
    }

    private var message: RPCStatus {
        switch self {
        case .methodNotAllowed:
            RPCStatus(.unimplemented, "export requests are sent with POST")
        case .unsupportedContentType:
            RPCStatus(.invalidArgument, "the content type must be \(OTLPRoutes.contentType)")
        case .unsupportedContentEncoding:
            RPCStatus(.invalidArgument, "the content encoding must be gzip, deflate or none")
        case .tooLong(let limitBytes):
            RPCStatus(.resourceExhausted, "the body has more than \(limitBytes) bytes")
        case .malformed(let reason):
            RPCStatus(.invalidArgument, reason)
        case .full:
            RPCStatus(.unavailable, "no room at present")
        case .unavailable(let reason):
            RPCStatus(.unavailable, reason)
        }
    }

    private var field: HTTPField? {
        switch self {
        case .methodNotAllowed: HTTPField(name: .allow, value: "POST")
        case .unsupportedContentType: HTTPField(name: .accept, value: OTLPRoutes.contentType)
        case .unsupportedContentEncoding:
            HTTPField(name: .acceptEncoding, value: "gzip, deflate")
        case .full(let retryAfter):
            HTTPField(name: .retryAfter, value: String(Self.wholeSeconds(retryAfter)))
        // A sink that is out of service rarely comes back before somebody has looked after it.
        case .unavailable: HTTPField(name: .retryAfter, value: "60")
        case .tooLong, .malformed: nil
        }
    }

    /// The answer to the client: a `google.rpc.Status`, as the OTLP specification asks.
    var response: Response {
        var fields: HTTPFields = [.contentType: OTLPRoutes.contentType]
        if let field { fields.append(field) }
        return Response(
            status: status,
            headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: message.encoded))
        )
    }

    /// Rounded up, so that nobody comes back too early, and at least 1.
    private static func wholeSeconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return max(1, attoseconds > 0 ? seconds.addingReportingOverflow(1).partialValue : seconds)
    }
}
