import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Tracing

/// Traces, measures and logs each request as the semantic conventions for HTTP servers say, and
/// turns errors into problem responses.
///
/// Health checks leave no telemetry.
struct ServerInstrumentation: RouterMiddleware {
    let telemetry: OrderTelemetry
    let host: String

    private typealias Answer = (response: Response, problem: Problem?)

    func handle(
        _ request: Request,
        context: OrderRequestContext,
        next: (Request, OrderRequestContext) async throws -> Response
    ) async throws -> Response {
        if request.uri.path == OrderRoutes.healthPath {
            return try await answer(request, context, next).response
        }
        let started = ContinuousClock.now
        let method = Self.knownMethods[request.method] ?? "_OTHER"
        var parent = ServiceContext.topLevel
        telemetry.tracer.extract(request.headers, into: &parent, using: HTTPFieldsExtractor())
        let span = telemetry.tracer.startSpan(
            method == "_OTHER" ? "HTTP" : method,
            context: parent,
            ofKind: .server
        )
        defer { span.end() }

        return try await ServiceContext.withValue(span.context) {
            let response: Response?
            let errorType: String?
            let failure: (any Error)?
            do {
                let answer = try await answer(request, context, next)
                (response, errorType, failure) = (answer.response, answer.problem?.errorType, nil)
                if let problem = answer.problem { log(problem) }
            } catch {
                span.recordError(error)
                (response, errorType, failure) = (nil, "\(type(of: error))", error)
            }
            let exchange = Exchange(
                method: method,
                route: context.endpointPath,
                status: response.map { Int($0.status.code) },
                errorType: errorType,
                duration: started.duration(to: .now),
                responseBytes: response?.body.contentLength ?? 0,
                clientAddress: context.clientAddress
            )
            describe(exchange, of: request, on: span)
            telemetry.metrics.recordServerRequest(exchange)
            log(exchange, of: request)
            if let failure { throw failure }
            return response ?? Response(status: .internalServerError)
        }
    }

    /// - Throws: What makes an answer pointless, such as a broken connection.
    private func answer(
        _ request: Request,
        _ context: OrderRequestContext,
        _ next: (Request, OrderRequestContext) async throws -> Response
    ) async throws -> Answer {
        do {
            return (try await next(request, context), nil)
        } catch {
            guard let problem = Problem.describing(error, answering: request) else {
                throw (error as? UnreadableBody)?.reason ?? error
            }
            return (problem.response(), problem)
        }
    }

    private func describe(_ exchange: Exchange, of request: Request, on span: any Span) {
        let (host, port) = Self.address(request.head.authority) ?? (host, 80)
        var attributes: SpanAttributes = [
            "http.request.method": .string(exchange.method),
            "url.scheme": "http",
            "url.path": .string(bounded(request.uri.path, 256)),
            "server.address": .string(bounded(host, 256)),
            "server.port": .int64(Int64(port)),
            "network.protocol.version": "1.1",
            "http.response.body.size": .int64(Int64(exchange.responseBytes)),
        ]
        attributes["client.address"] = exchange.clientAddress
        attributes["user_agent.original"] = request.headers[.userAgent].map { bounded($0, 256) }
        attributes["http.request.body.size"] = request.headers[.contentLength].flatMap { Int($0) }
        attributes["http.response.status_code"] = exchange.status
        attributes["error.type"] = exchange.errorType
        if let route = exchange.route {
            attributes["http.route"] = route
            span.operationName = "\(exchange.method) \(route)"
        }
        span.attributes = attributes
        // A server's 4xx is the client's mistake: the conventions leave such a span's status unset.
        if exchange.status.map({ $0 >= 500 }) ?? true {
            span.setStatus(SpanStatus(code: .error, message: exchange.errorType))
        }
    }

    private func log(_ exchange: Exchange, of request: Request) {
        telemetry.logger.info(
            "Request completed",
            metadata: [
                "http.request.method": "\(exchange.method)",
                "url.path": "\(bounded(request.uri.path, 256))",
                "http.response.status_code": .stringConvertible(exchange.status ?? 0),
                "http.response.body.size": .stringConvertible(exchange.responseBytes),
                "client.address": "\(exchange.clientAddress ?? "unknown")",
                "duration_ms": .stringConvertible(exchange.duration.milliseconds),
            ]
        )
    }

    /// Logs why a request was refused, save for failed orders, which are logged where they fail.
    private func log(_ problem: Problem) {
        guard problem.orderID == nil else { return }
        telemetry.logger.log(
            level: problem.status.code >= 500 ? .error : .warning,
            "Request refused",
            metadata: ["error.type": "\(problem.errorType)", "detail": "\(problem.detail)"]
        )
    }

    private static let knownMethods: [HTTPRequest.Method: String] = Dictionary(
        uniqueKeysWithValues: [
            .connect, .delete, .get, .head, .options, .patch, .post, .put, .trace,
        ].map { (method: HTTPRequest.Method) in (method, method.rawValue) }
    )

    /// The host and port of a `Host` header, the port HTTP's own where it names none.
    static func address(_ authority: String?) -> (host: String, port: Int)? {
        guard let authority, !authority.isEmpty else { return nil }
        guard let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]"),
            let port = UInt16(authority[authority.index(after: colon)...])
        else { return (authority, 80) }
        return (String(authority[..<colon]), Int(port))
    }
}

/// A request and its answer, as far as telemetry tells of them.
struct Exchange {
    let method: String
    let route: String?
    /// Nil when the request could not be answered.
    let status: Int?
    let errorType: String?
    let duration: Duration
    let responseBytes: Int
    let clientAddress: String?
}

private struct HTTPFieldsExtractor: Extractor {
    func extract(key: String, from fields: HTTPFields) -> String? {
        HTTPField.Name(key).flatMap { fields[$0] }
    }
}
