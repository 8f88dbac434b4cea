import OTLP

/// Why an export request got another answer than success, and which one, by HTTP and by gRPC.
enum ExportRefusal: Error, Equatable {
    /// A method other than POST.
    case methodNotAllowed
    /// Another content type than protobuf's and JSON's, or none.
    case unsupportedContentType
    /// A content encoding other than gzip and deflate.
    case unsupportedContentEncoding
    /// No token, or another one than the receiver's.
    case unauthenticated
    /// More bytes, once inflated, than a body may have.
    case tooLong(limitBytes: Int)
    /// A request that did not come to its end in time.
    case tooSlow(limit: Duration)
    /// Bytes that are not what the headers say, or not an export request.
    case malformed(reason: String)
    /// No room at present.
    case full(retryAfter: Duration)
    /// The sink is out of service.
    case unavailable(reason: String)
    /// The backend that a tap passes requests on to gave no answer, or none in time.
    case backendUnreachable(reason: String, timedOut: Bool)

    /// What a sink's refusal means to the client.
    init(_ refusal: TelemetryRefusal) {
        switch refusal {
        case .malformed: self = .malformed(reason: "\(refusal)")
        case .full(let retryAfter): self = .full(retryAfter: retryAfter)
        case .unavailable: self = .unavailable(reason: "\(refusal)")
        }
    }

    /// The code and the text that say so (`google.rpc.Status`).
    var status: RPCStatus {
        switch self {
        case .methodNotAllowed:
            RPCStatus(.unimplemented, "export requests are sent with POST")
        case .unsupportedContentType:
            RPCStatus(.invalidArgument, "the content type must be \(BodyFormat.accepted)")
        case .unsupportedContentEncoding:
            RPCStatus(.invalidArgument, "the content encoding must be gzip, deflate or none")
        case .unauthenticated:
            RPCStatus(.unauthenticated, "the receiver's token is missing or another one")
        case .tooLong(let limitBytes):
            RPCStatus(.resourceExhausted, "the body has more than \(limitBytes) bytes")
        case .tooSlow(let limit):
            RPCStatus(.deadlineExceeded, "the request took longer than \(limit)")
        case .malformed(let reason):
            RPCStatus(.invalidArgument, reason)
        case .full:
            RPCStatus(.unavailable, "no room at present")
        case .unavailable(let reason):
            RPCStatus(.unavailable, reason)
        case .backendUnreachable(let reason, _):
            RPCStatus(.unavailable, "the backend gave no answer: \(reason)")
        }
    }

    /// When the client should try again; nil where that is of no use or for the client to say.
    var retryAfter: Duration? {
        switch self {
        case .full(let retryAfter): retryAfter
        // A sink that is out of service rarely comes back before somebody has looked after it.
        case .unavailable: .seconds(60)
        case .methodNotAllowed, .unsupportedContentType, .unsupportedContentEncoding,
            .unauthenticated, .tooLong, .tooSlow, .malformed, .backendUnreachable:
            nil
        }
    }
}
