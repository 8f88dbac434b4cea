/// What receives telemetry: a corpus writer, a database, a counter in a test.
public protocol TelemetrySink: Sendable {
    /// Takes one export request; returns once it is kept for good, which is when its sender may be
    /// told of success.
    ///
    /// - Throws: ``TelemetryRefusal`` when the request is not kept.
    func accept(_ request: ExportRequest) async throws(TelemetryRefusal)
}

/// Why a ``TelemetrySink`` did not keep an export request.
public enum TelemetryRefusal: Error, Equatable {
    /// The bytes are not a well-formed export request; sending them again won't help.
    case malformed(WireError)

    /// There is no room at present; the sender should try again after the given time.
    case full(retryAfter: Duration)

    /// The sink can't keep anything any more, for the reason given.
    case unavailable(reason: String)
}

extension TelemetryRefusal: CustomStringConvertible {
    /// One sentence for the person who reads the error.
    public var description: String {
        switch self {
        case .malformed(let error): "malformed export request: \(error)"
        case .full(let retryAfter): "no room at present; try again after \(retryAfter)"
        case .unavailable(let reason): "telemetry can't be kept: \(reason)"
        }
    }
}
