/// What became of one export request, and when.
public struct SendResult: Sendable {
    /// What the server answered, or why it didn't.
    public let outcome: SendOutcome

    /// When the request was handed to the socket; nil when nothing of it was.
    public let sentAt: ContinuousClock.Instant?

    /// When the answer was complete, or when it became clear that there won't be one.
    public let answeredAt: ContinuousClock.Instant
}

/// How sending one export request ended.
public enum SendOutcome: Equatable, Sendable {
    /// A 2xx answer. Of the request's items, so many were rejected (partial success; sending them
    /// again won't help); the message, if any, is the server's.
    case accepted(rejectedItems: Int64, message: String?)

    /// Any other status, redirects too: which of them call for another attempt is for the caller
    /// to say. `retryAfter` is what the server asked for, up to a century.
    case refused(status: Int, retryAfter: Duration?, message: String?)

    /// A gRPC call that ended with another status than OK: which of them call for another attempt
    /// is for the caller to say. `retryAfter` is what the server asked for, up to a century.
    case failedCall(GRPCStatus, retryAfter: Duration?, message: String?)

    /// The body is no message that could be sent in the form asked for.
    case notEncodable(reason: String)

    /// No connection, or one that broke before the answer was complete. When the result has a
    /// `sentAt`, the server may have taken the request all the same.
    case disconnected(reason: String)

    /// No complete answer within the request timeout; the server may have taken the request.
    case timedOut

    /// Bytes that are not HTTP or gRPC, or a success whose body is not an
    /// `Export…ServiceResponse`.
    case invalidResponse(reason: String)

    /// The task was cancelled. When the result has a `sentAt`, the server may have taken the
    /// request.
    case cancelled
}
