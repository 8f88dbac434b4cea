import GRPCCore
import OTLP

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
        let message = try await ServerRequest(stream: request).message
        do throws(ExportRefusal) {
            try await intake.accept(
                ExportRequest(
                    signal: signal,
                    arrival: intake.clock.now,
                    transport: .grpc,
                    payload: message
                )
            )
            // An empty Export…ServiceResponse encodes to no bytes.
            return StreamingServerResponse(single: ServerResponse(message: []))
        } catch {
            intake.log.refused(error, signal, by: .grpc)
            throw error.rpcError
        }
    }
}

extension Signal {
    /// The service that takes the signal's export requests.
    fileprivate var service: String {
        switch self {
        case .traces: "opentelemetry.proto.collector.trace.v1.TraceService"
        case .metrics: "opentelemetry.proto.collector.metrics.v1.MetricsService"
        case .logs: "opentelemetry.proto.collector.logs.v1.LogsService"
        }
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
