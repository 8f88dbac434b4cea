/// One OTLP `Export…ServiceRequest` message as a client sent it: the unit that is captured and
/// replayed, byte for byte.
public struct ExportRequest: Sendable {
    /// Which of the three services it was sent to.
    public let signal: Signal

    /// When it was received.
    public let arrival: Timestamp

    /// The encoded protobuf message, content encoding (gzip) already undone.
    public let payload: [UInt8]

    /// An export request of the given bytes.
    public init(signal: Signal, arrival: Timestamp, payload: [UInt8]) {
        self.signal = signal
        self.arrival = arrival
        self.payload = payload
    }
}
