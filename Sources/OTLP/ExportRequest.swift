/// One OTLP `Export…ServiceRequest` message as a client sent it: the unit that is captured and
/// replayed, byte for byte.
public struct ExportRequest: Sendable {
    /// Which of the three services it was sent to.
    public let signal: Signal

    /// When it was received.
    public let arrival: Timestamp

    /// How it was received; where that was JSON, the payload is what it was turned into.
    public let transport: OTLPProtocol

    /// The encoded protobuf message, content encoding (gzip) already undone.
    public let payload: [UInt8]

    /// An export request of the given bytes.
    public init(
        signal: Signal,
        arrival: Timestamp,
        transport: OTLPProtocol = .httpProtobuf,
        payload: [UInt8]
    ) {
        self.signal = signal
        self.arrival = arrival
        self.transport = transport
        self.payload = payload
    }

    /// The same request with other bytes, such as a part of its own.
    public func with(payload: [UInt8]) -> ExportRequest {
        ExportRequest(signal: signal, arrival: arrival, transport: transport, payload: payload)
    }

    /// The same request, said to have arrived at another instant.
    public func arriving(at arrival: Timestamp) -> ExportRequest {
        ExportRequest(signal: signal, arrival: arrival, transport: transport, payload: payload)
    }

    /// The same request, said to have arrived in another way.
    public func arriving(by transport: OTLPProtocol) -> ExportRequest {
        ExportRequest(signal: signal, arrival: arrival, transport: transport, payload: payload)
    }
}
