import HTTPTypes
import Hummingbird
import NIOCore
import OTLP

/// The routes that take OTLP over HTTP, bodies in protobuf or in JSON: `POST /v1/traces`,
/// `/v1/metrics` and `/v1/logs`, each export request handed on and answered as the OTLP
/// specification says ("OTLP/HTTP Response"), in the format of the request.
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
        ///
        /// What decoding JSON takes counts, too.
        public var heldBytes: Int

        /// 64 MiB a body and 256 MiB in all, unless told otherwise.
        public init(bodyBytes: Int = 64 << 20, heldBytes: Int = 256 << 20) {
            self.bodyBytes = bodyBytes
            self.heldBytes = heldBytes
        }
    }

    // About what a decoded object of a JSON body takes.
    private static let containerBytes = 256

    private let intake: ExportIntake

    /// Routes that hand export requests to an intake.
    init(_ intake: ExportIntake) {
        self.intake = intake
    }

    /// Adds the routes, and a middleware that answers 405 to any other method on their paths.
    func add<Context: RequestContext>(to router: Router<Context>) {
        router.add(middleware: MethodCheck<Context>(log: intake.log))
        for signal in Signal.allCases {
            router.post(RouterPath(signal.path)) { request, _ in
                try await respond(to: request, signal: signal)
            }
        }
    }

    private func respond(to request: Request, signal: Signal) async throws -> Response {
        let format = BodyFormat(contentType: request.headers[.contentType])
        do {
            if let tap = intake.tap { return try await pass(request, signal, by: tap, format) }
            guard let format else { throw ExportRefusal.unsupportedContentType }
            try await accept(request, format, signal: signal)
            // An empty Export…ServiceResponse encodes to no bytes.
            return Response(
                status: .ok,
                headers: [.contentType: format.contentType],
                body: format == .json ? ResponseBody(byteBuffer: Self.emptyJSON) : ResponseBody()
            )
        } catch let refusal as ExportRefusal {
            intake.log.refused(refusal, signal, by: format == .json ? .httpJSON : .httpProtobuf)
            return refusal.response(in: format ?? .protobuf)
        }
    }

    private static let emptyJSON = ByteBuffer(string: "{}")

    private func accept(
        _ request: Request,
        _ format: BodyFormat,
        signal: Signal
    ) async throws {
        try intake.authorize(request.headers[.authorization])
        var collector = try BodyCollector(
            encoding: Self.encoding(request.headers[values: .contentEncoding]),
            announcedBytes: request.announcedBytes,
            limitBytes: intake.limits.bodyBytes,
            budget: intake.budget
        )
        defer { collector.release() }
        let (body, arrival) = try await read(request, &collector)
        try await intake.accept(
            ExportRequest(
                signal: signal,
                arrival: arrival,
                transport: format == .json ? .httpJSON : .httpProtobuf,
                payload: format == .json ? try Self.decode(signal, body, &collector) : body
            )
        )
    }

    /// Hands a request to a tap as it is, and its client the backend's answer.
    private func pass(
        _ request: Request,
        _ signal: Signal,
        by tap: OTLPTap,
        _ format: BodyFormat?
    ) async throws -> Response {
        try intake.authorize(request.headers[.authorization])
        var collector = try BodyCollector(
            encoding: .identity,
            announcedBytes: request.announcedBytes,
            limitBytes: intake.limits.bodyBytes,
            budget: intake.budget
        )
        defer { collector.release() }
        let (bytes, arrival) = try await read(request, &collector)
        let body = ByteBuffer(bytes: bytes)
        var tapped: TappedRequest?
        // What is in no form that OTLP has, the backend will refuse.
        if let format,
            let encoding = try? Self.encoding(request.headers[values: .contentEncoding])
        {
            tapped = TappedRequest(
                signal: signal,
                arrival: arrival,
                transport: format == .json ? .httpJSON : .httpProtobuf,
                encoding: encoding,
                body: body
            )
        }
        let answer = try await tap.forward(
            tapped,
            signal,
            fields: request.headers.compactMap { field in
                // A token of ours is nothing that the backend has to know.
                let isOurs = field.name == .authorization && intake.token != nil
                return isOurs ? nil : (field.name.rawName, field.value)
            },
            body: body
        )
        var fields = HTTPFields()
        for field in answer.fields {
            guard let name = HTTPField.Name(field.name) else { continue }
            fields.append(HTTPField(name: name, value: field.value))
        }
        return Response(
            status: .init(code: answer.status),
            headers: fields,
            body: ResponseBody(byteBuffer: answer.body)
        )
    }

    /// Reads a request to its end.
    private func read(
        _ request: Request,
        _ collector: inout BodyCollector
    ) async throws -> (body: [UInt8], arrival: Timestamp) {
        let announcedBytes = request.announcedBytes
        var receivedBytes = 0
        for try await chunk in request.body {
            receivedBytes += chunk.readableBytes
            try await collector.append(chunk)
        }
        // The stream also ends, without an error, when this task is cancelled.
        try Task.checkCancellation()
        guard announcedBytes == nil || announcedBytes == receivedBytes else {
            throw ExportRefusal.malformed(reason: "the body is shorter than its content length")
        }
        let arrival = intake.clock.now
        return (try collector.finish(), arrival)
    }

    static func decode(
        _ signal: Signal,
        _ body: [UInt8],
        _ collector: inout BodyCollector
    ) throws(ExportRefusal) -> [UInt8] {
        let json = try wellFormed { () throws(OTLPJSONError) in try SurveyedJSON(body) }
        try collector.charge(json.containerCount * containerBytes)
        return try wellFormed { () throws(OTLPJSONError) in try OTLPJSON.decode(signal, json) }
    }

    private static func wellFormed<Value>(
        _ body: () throws(OTLPJSONError) -> Value
    ) throws(ExportRefusal) -> Value {
        do throws(OTLPJSONError) {
            return try body()
        } catch {
            throw .malformed(reason: String(printable: error.description, limit: 300))
        }
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

extension Request {
    /// The length of the body as the head gives it.
    fileprivate var announcedBytes: Int? { headers[.contentLength].flatMap { Int($0) } }
}

/// Answers 405 to any method but POST on the three paths, where a router would answer 404.
private struct MethodCheck<Context: RequestContext>: RouterMiddleware {
    let log: RefusalLog

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.method != .post, isExportPath(request.uri.path) else {
            return try await next(request, context)
        }
        log.refused(.methodNotAllowed, nil, by: .httpProtobuf)
        let response = ExportRefusal.methodNotAllowed.response(in: .protobuf)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func isExportPath(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return parts.count == 2 && parts[0] == "v1" && Signal(rawValue: String(parts[1])) != nil
    }
}
