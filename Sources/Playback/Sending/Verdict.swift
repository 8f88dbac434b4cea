import OTLPTransport

/// What an answer means for a request (OTLP specification, "OTLP/HTTP Response" and "OTLP/gRPC
/// Response").
enum Verdict: Equatable {
    case accepted(rejectedItems: Int)
    case retryable(after: Duration?, kind: String, example: String)
    case final(kind: String, example: String)

    init(_ outcome: SendOutcome) {
        switch outcome {
        case .accepted(let rejected, _):
            self = .accepted(rejectedItems: Int(clamping: rejected))
        case .refused(let status, let retryAfter, let message):
            let kind = "HTTP \(status)"
            let example = message ?? "no message"
            self =
                [429, 502, 503, 504].contains(status)
                ? .retryable(after: retryAfter, kind: kind, example: example)
                : .final(kind: kind, example: example)
        case .failedCall(let status, let retryAfter, let message):
            let kind = "gRPC \(status)"
            let example = message ?? "no message"
            self =
                Self.isRetryable(status, retryAfter)
                ? .retryable(after: retryAfter, kind: kind, example: example)
                : .final(kind: kind, example: example)
        case .notEncodable(let reason):
            self = .final(kind: "not encodable", example: reason)
        case .disconnected(let reason):
            self = .retryable(after: nil, kind: "connection", example: reason)
        case .timedOut:
            self = .retryable(after: nil, kind: "timeout", example: "no answer in time")
        case .invalidResponse(let reason):
            self = .final(kind: "invalid response", example: reason)
        case .cancelled:
            self = .final(kind: "cancelled", example: "the replay was stopped")
        }
    }

    /// OTLP specification, "OTLP/gRPC Response", "Failures": exhausted resources call for another
    /// attempt only where the server says when.
    private static func isRetryable(_ status: GRPCStatus, _ retryAfter: Duration?) -> Bool {
        switch status {
        case .cancelled, .deadlineExceeded, .aborted, .outOfRange, .unavailable, .dataLoss: true
        case .resourceExhausted: retryAfter != nil
        default: false
        }
    }
}
