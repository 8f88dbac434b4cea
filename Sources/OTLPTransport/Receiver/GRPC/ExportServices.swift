import GRPCCore
import NIOCore
import OTLP
import SwiftProtobuf

/// The three services of OTLP/gRPC, whose messages stay the bytes that they were sent as.
struct ExportServices: RegistrableRPCService {
    let intake: ExportIntake

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        for signal in Signal.allCases {
            router.registerHandler(
                forMethod: MethodDescriptor(
                    fullyQualifiedService: signal.service,
                    method: "Export",
                    type: .unary
                ),
                deserializer: Bytes(),
                serializer: Bytes(),
                handler: { request, _ in
                    try await export(request, signal: signal)
                }
            )
        }
    }

    private func export(
        _ request: StreamingServerRequest<[UInt8]>,
        signal: Signal
    ) async throws -> StreamingServerResponse<[UInt8]> {
        var message = try await ServerRequest(stream: request).message
        let arrival = intake.clock.now
        var collector: BodyCollector?
        defer { collector?.release() }
        if request.metadata[stringValues: RequestGuard.compressed].contains(where: { _ in true }) {
            message = try await answering(signal) { () throws(ExportRefusal) in
                try await inflated(message, &collector)
            }
        }
        if let tap = intake.tap { return try await pass(message, request, signal, by: tap) }
        let export = ExportRequest(
            signal: signal,
            arrival: arrival,
            transport: .grpc,
            payload: message
        )
        try await answering(signal) { () throws(ExportRefusal) in
            try await intake.accept(export)
        }
        // An empty Export…ServiceResponse encodes to no bytes.
        return StreamingServerResponse(single: ServerResponse(message: []))
    }

    /// Does what may be refused: of that the log learns, and the client as gRPC says it.
    private func answering<Value>(
        _ signal: Signal,
        _ body: () async throws(ExportRefusal) -> Value
    ) async throws(RPCError) -> Value {
        do throws(ExportRefusal) {
            return try await body()
        } catch {
            intake.log.refused(error, signal, by: .grpc)
            throw error.rpcError
        }
    }
}

extension ExportServices {
    /// The message inflated, its bytes counted among those of all bodies until the collector is
    /// released.
    private func inflated(
        _ message: [UInt8],
        _ collector: inout BodyCollector?
    ) async throws(ExportRefusal) -> [UInt8] {
        var inflating = try BodyCollector(
            encoding: .compressed,
            announcedBytes: message.count,
            limitBytes: intake.limits.bodyBytes,
            budget: intake.budget
        )
        defer { collector = inflating }
        try await inflating.append(ByteBuffer(bytes: message))
        return try inflating.finish()
    }

    /// Hands a request to a tap, which passes it on by HTTP, and its client the backend's answer.
    private func pass(
        _ message: [UInt8],
        _ request: StreamingServerRequest<[UInt8]>,
        _ signal: Signal,
        by tap: OTLPTap
    ) async throws -> StreamingServerResponse<[UInt8]> {
        let body = ByteBuffer(bytes: message)
        let type = BodyFormat.protobuf.contentType
        var fields = [(name: "Content-Type", value: type), ("Accept", type)]
        for (name, value) in request.metadata {
            guard case .string(let text) = value, !Self.isOfCall(name) else { continue }
            // A token of ours is nothing that the backend has to know.
            if name == "authorization", intake.token != nil { continue }
            fields.append((name, text))
        }
        let tapped = TappedRequest(
            signal: signal,
            arrival: intake.clock.now,
            transport: .grpc,
            encoding: .identity,
            body: body
        )
        let answer = try await answering(signal) { () throws(ExportRefusal) in
            try await tap.forward(tapped, signal, fields: fields, body: body)
        }
        guard (200..<300).contains(answer.status) else { throw answer.rpcError }
        return StreamingServerResponse(
            single: ServerResponse(message: Array(buffer: answer.body))
        )
    }

    /// Metadata that belongs to gRPC or to its connection.
    private static func isOfCall(_ name: String) -> Bool {
        name.hasPrefix(":") || name.hasPrefix("grpc-") || name == "content-type" || name == "accept"
            || name == "content-encoding" || name == RequestGuard.compressed
    }
}

extension ForwardedAnswer {
    /// What a refusal by HTTP means in gRPC.
    fileprivate var rpcError: RPCError {
        let code: RPCError.Code =
            switch status {
            case 400, 415: .invalidArgument
            case 401: .unauthenticated
            case 403: .permissionDenied
            case 404, 405: .unimplemented
            case 413: .resourceExhausted
            case 429, 502, 503, 504: .unavailable
            default: .unknown
            }
        let status = (try? RPCStatus(serializedBytes: Array(buffer: body))) ?? RPCStatus()
        let message =
            status.message.isEmpty
            ? "the backend answered \(self.status)"
            : String(printable: status.message, limit: 500)
        var metadata = Metadata()
        let retryAfter = fields.first { $0.name.lowercased() == "retry-after" }
        if let delay = retryAfter.flatMap({ RetryAfter.duration($0.value, now: WallClock().now) }) {
            var details = RPCStatus()
            (details.code, details.message) = (Int32(code.rawValue), message)
            metadata.addBinary(
                details.encoded(retryAfter: delay),
                forKey: "grpc-status-details-bin"
            )
        }
        return RPCError(code: code, message: message, metadata: metadata)
    }
}

/// Takes messages as they are.
private struct Bytes: MessageSerializer, MessageDeserializer {
    func serialize<Contiguous: GRPCContiguousBytes>(_ message: [UInt8]) -> Contiguous {
        Contiguous(message)
    }

    func deserialize<Contiguous: GRPCContiguousBytes>(_ bytes: Contiguous) -> [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }
}
