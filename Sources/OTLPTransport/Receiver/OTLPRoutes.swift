import HTTPTypes
public import Hummingbird
import NIOCore
public import OTLP

/// The routes that take OTLP over HTTP with protobuf bodies: `POST /v1/traces`, `/v1/metrics` and
/// `/v1/logs`, each export request handed to a sink and answered as the OTLP specification says
/// ("OTLP/HTTP Response").
///
/// A request's arrival is the instant at which its whole body was there. A body that never got
/// complete reaches no sink.
public struct OTLPRoutes: Sendable {
    /// How much the bodies of export requests may weigh.
    public struct Limits: Sendable {
        /// The bound for one body, inflated; a larger one is answered 413 once that shows.
        public var bodyBytes: Int
        /// The bound for all bodies from their first byte until they are answered, inflated; what
        /// would exceed it is answered 503 with Retry-After.
        public var heldBytes: Int

        /// 64 MiB a body and 256 MiB in all, unless told otherwise.
        public init(bodyBytes: Int = 64 << 20, heldBytes: Int = 256 << 20) {
            self.bodyBytes = bodyBytes
            self.heldBytes = heldBytes
        }
    }

    static let contentType = "application/x-protobuf"

    private let sink: any TelemetrySink
    private let clock: WallClock
    private let limits: Limits
    private let budget: BodyBudget

    /// Routes that hand export requests to the sink, their arrival read off the clock.
    public init(sink: any TelemetrySink, clock: WallClock, limits: Limits = Limits()) {
        self.sink = sink
        self.clock = clock
        self.limits = limits
        budget = BodyBudget(limitBytes: limits.heldBytes)
    }

    /// Adds the routes, and a middleware that answers 405 to any other method on their paths.
    public func add<Context: RequestContext>(to router: Router<Context>) {
        router.add(middleware: MethodCheck<Context>())
        for signal in Signal.allCases {
            router.post(RouterPath(signal.path)) { request, _ in
                try await respond(to: request, signal: signal)
            }
        }
    }

    private func respond(to request: Request, signal: Signal) async throws -> Response {
        do {
            try await accept(request, signal: signal)
            // An empty Export…ServiceResponse encodes to no bytes.
            return Response(status: .ok, headers: [.contentType: Self.contentType])
        } catch let refusal as ExportRefusal {
            return refusal.response
        }
    }

    private func accept(_ request: Request, signal: Signal) async throws {
        try Self.checkContentType(request.headers[.contentType])
        let announcedBytes = request.headers[.contentLength].flatMap { Int($0) }
        var collector = try BodyCollector(
            encoding: Self.encoding(request.headers[values: .contentEncoding]),
            announcedBytes: announcedBytes,
            limitBytes: limits.bodyBytes,
            budget: budget
        )
        defer { collector.release() }
        var receivedBytes = 0
        for try await chunk in request.body {
            receivedBytes += chunk.readableBytes
            try collector.append(chunk)
        }
        // The stream also ends, without an error, when this task is cancelled.
        try Task.checkCancellation()
        guard announcedBytes == nil || announcedBytes == receivedBytes else {
            throw ExportRefusal.malformed(reason: "the body is shorter than its content length")
        }
        let export = ExportRequest(
            signal: signal,
            arrival: clock.now,
            payload: try collector.finish()
        )
        do throws(TelemetryRefusal) {
            try await sink.accept(export)
        } catch {
            throw ExportRefusal(error)
        }
    }

    /// The media type decides, not its case nor its parameters (RFC 9110, section 8.3.1).
    private static func checkContentType(_ value: String?) throws(ExportRefusal) {
        guard let value else { throw .unsupportedContentType }
        if value == contentType { return }
        let mediaType = value.prefix { $0 != ";" }.filter { !$0.isWhitespace }
        guard mediaType.lowercased() == contentType else { throw .unsupportedContentType }
    }

    private static func encoding(
        _ values: [String]
    ) throws(ExportRefusal) -> BodyCollector.Encoding {
        switch values.joined(separator: ",").filter({ !$0.isWhitespace }).lowercased() {
        case "", "identity": .identity
        case "gzip", "x-gzip", "deflate": .compressed
        default: throw .unsupportedContentEncoding
        }
    }
}

/// Answers 405 to any method but POST on the three paths, where a router would answer 404.
private struct MethodCheck<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.method != .post, isExportPath(request.uri.path) else {
            return try await next(request, context)
        }
        let response = ExportRefusal.methodNotAllowed.response
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func isExportPath(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return parts.count == 2 && parts[0] == "v1" && Signal(rawValue: String(parts[1])) != nil
    }
}
