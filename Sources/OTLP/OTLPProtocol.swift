/// One of the ways in which OTLP carries export requests, named as `OTEL_EXPORTER_OTLP_PROTOCOL`
/// names them.
public enum OTLPProtocol: String, CaseIterable, Codable, Sendable {
    /// HTTP with protobuf bodies.
    case httpProtobuf = "http/protobuf"
    /// HTTP with JSON bodies.
    case httpJSON = "http/json"
    /// gRPC.
    case grpc
}
