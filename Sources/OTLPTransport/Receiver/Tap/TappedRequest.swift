import NIOCore
import OTLP

/// An export request as it passed a tap: bytes that nobody has looked into yet.
struct TappedRequest: Sendable {
    let signal: Signal
    let arrival: Timestamp
    let transport: OTLPProtocol
    let encoding: BodyCollector.Encoding
    let body: ByteBuffer

    /// The export request in it.
    /// - Throws: what a receiver would have refused it with.
    func export(_ limits: OTLPRoutes.Limits) async throws(ExportRefusal) -> ExportRequest {
        var collector = try BodyCollector(
            encoding: encoding,
            announcedBytes: nil,
            limitBytes: limits.bodyBytes,
            budget: BodyBudget(limitBytes: limits.heldBytes)
        )
        try await collector.append(body)
        var payload = try collector.finish()
        if transport == .httpJSON {
            payload = try OTLPRoutes.decode(signal, payload, &collector)
        }
        return ExportRequest(
            signal: signal,
            arrival: arrival,
            transport: transport,
            payload: payload
        )
    }
}
