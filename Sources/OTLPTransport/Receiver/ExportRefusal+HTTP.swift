import HTTPTypes
import Hummingbird
import NIOCore

extension ExportRefusal {
    /// The answer to the client: a `google.rpc.Status` in the format of its request, as the OTLP
    /// specification asks ("OTLP/HTTP Response", "Failures").
    func response(in format: BodyFormat) -> Response {
        var fields: HTTPFields = [.contentType: format.contentType]
        if let field { fields.append(field) }
        if let retryAfter {
            fields[.retryAfter] = String(Self.wholeSeconds(retryAfter))
        }
        let body = format == .json ? Array(status.json.utf8) : status.encoded
        return Response(
            status: httpStatus,
            headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }

    /// The status of the HTTP answer.
    var httpStatus: HTTPResponse.Status {
        switch self {
        case .methodNotAllowed: .methodNotAllowed
        case .unsupportedContentType, .unsupportedContentEncoding: .unsupportedMediaType
        case .unauthenticated: .unauthorized
        case .tooLong: .contentTooLarge
        case .tooSlow: .requestTimeout
        case .malformed: .badRequest
        case .full, .unavailable: .serviceUnavailable
        case .backendUnreachable(_, let timedOut): timedOut ? .gatewayTimeout : .badGateway
        }
    }

    private var field: HTTPField? {
        switch self {
        case .methodNotAllowed: HTTPField(name: .allow, value: "POST")
        case .unsupportedContentType: HTTPField(name: .accept, value: BodyFormat.accepted)
        case .unsupportedContentEncoding:
            HTTPField(name: .acceptEncoding, value: "gzip, deflate")
        case .unauthenticated: HTTPField(name: .wwwAuthenticate, value: "Bearer")
        case .tooLong, .tooSlow, .malformed, .full, .unavailable, .backendUnreachable: nil
        }
    }

    /// Rounded up, so that nobody comes back too early, and at least 1.
    private static func wholeSeconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return max(1, attoseconds > 0 ? seconds.addingReportingOverflow(1).partialValue : seconds)
    }
}
