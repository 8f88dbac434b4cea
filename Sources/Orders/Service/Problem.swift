import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A request that isn't answered as wished, described as RFC 9457 says.
struct Problem: Error {
    let status: HTTPResponse.Status
    /// The value of `error.type` in telemetry: few, and stable.
    let errorType: String
    let title: String
    let detail: String
    var orderID: String?
    var headers: HTTPFields = [:]
    /// Whether the problem has a type of its own; else the status says it all (`about:blank`).
    var isSpecific = true

    static func orderNotFound(_ id: String) -> Problem {
        Problem(
            status: .notFound,
            errorType: "order_not_found",
            title: "Order not found",
            detail: "There is no order \(bounded(id, 80)); only the latest orders are kept."
        )
    }

    static func bodyTooLarge(limit: Int) -> Problem {
        generic(.contentTooLarge, detail: "The request body exceeds \(limit) bytes.")
    }

    static func generic(_ status: HTTPResponse.Status, detail: String) -> Problem {
        Problem(
            status: status,
            errorType: "\(status.code)",
            title: status.reasonPhrase,
            detail: detail,
            isSpecific: false
        )
    }

    /// - Returns: The problem behind an error thrown while answering; nil when nobody can be
    ///   answered any more.
    static func describing(_ error: any Error, answering request: Request) -> Problem? {
        switch error {
        case let problem as Problem: problem
        case let error as OrderRequestError: error.problem
        case let rejection as OrderRejection: rejection.problem
        case is UnreadableBody: nil
        case is CancellationError:
            generic(.serviceUnavailable, detail: "The service is shutting down.")
        case let error as any HTTPResponseError where error.status == .notFound:
            unrouted(request)
        case let error as any HTTPResponseError:
            generic(error.status, detail: "The request can't be answered.")
        default:
            generic(.internalServerError, detail: "The request failed unexpectedly.")
        }
    }

    private static func unrouted(_ request: Request) -> Problem {
        let path = request.uri.path
        let segments = path.split(separator: "/")
        let allowed: HTTPRequest.Method? =
            switch (segments.first, segments.count) {
            case ("orders", 1): .post
            case ("orders", 2), ("health", 1): .get
            default: nil
            }
        guard let allowed, allowed != request.method else {
            return generic(.notFound, detail: "There is nothing at \(bounded(path, 80)).")
        }
        var problem = generic(
            .methodNotAllowed,
            detail: "\(bounded(path, 80)) takes \(allowed.rawValue)."
        )
        problem.headers[.allow] = allowed.rawValue
        return problem
    }

    func response() -> Response {
        let body = (try? Self.encoder.encode(self)) ?? Data("{}".utf8)
        var headers = headers
        headers[.contentType] = "application/problem+json"
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }

    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()
}

extension Problem: Encodable {
    private enum CodingKeys: String, CodingKey {
        case type, title, status, detail, instance
        case orderID = "order_id"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let name = errorType.replacing("_", with: "-")
        // A tag URI (RFC 4151): identifies the problem and promises no page.
        let type = isSpecific ? "tag:orders.example,2026:problem/\(name)" : "about:blank"
        try container.encode(type, forKey: .type)
        try container.encode(title, forKey: .title)
        try container.encode(status.code, forKey: .status)
        try container.encode(detail, forKey: .detail)
        try container.encodeIfPresent(orderID.map { "/orders/\($0)" }, forKey: .instance)
        try container.encodeIfPresent(orderID, forKey: .orderID)
    }
}

extension OrderRequestError {
    var problem: Problem {
        switch self {
        case .malformedJSON:
            Problem(
                status: .badRequest,
                errorType: "malformed_json",
                title: "Malformed JSON",
                detail: "\(self)"
            )
        default:
            Problem(
                status: .unprocessableContent,
                errorType: "invalid_order",
                title: "Unacceptable order",
                detail: "\(self)"
            )
        }
    }
}

extension OrderRejection {
    var problem: Problem {
        let (status, title): (HTTPResponse.Status, String) =
            switch order.status {
            case .outOfStock: (.conflict, "Out of stock")
            case .paymentDeclined:
                (.init(code: 402, reasonPhrase: "Payment Required"), "Payment declined")
            case .paymentTimeout: (.gatewayTimeout, "Payment timed out")
            case .confirmed: (.internalServerError, "Internal error")
            }
        return Problem(
            status: status,
            errorType: order.status.rawValue,
            title: title,
            detail: "\(failure).",
            orderID: order.id
        )
    }
}

/// `text` cut to at most `bytes` of UTF-8, so that nothing from outside swells telemetry; bytes
/// rather than characters, which combining marks make as long as one likes.
func bounded(_ text: String, _ bytes: Int) -> String {
    guard text.utf8.count > bytes else { return text }
    return String(decoding: text.utf8.prefix(bytes), as: UTF8.self) + "…"
}
