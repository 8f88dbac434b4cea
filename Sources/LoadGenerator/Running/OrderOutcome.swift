import AsyncHTTPClient

/// How an order that was sent ended.
enum OrderOutcome: Equatable, Sendable {
    /// The service took the order.
    case succeeded
    /// The service answered with another status than 200 to 299.
    case refused(status: Int)
    /// No answer in time.
    case timedOut
    /// No connection, or it broke.
    case disconnected
    /// The load was cancelled while the order was under way.
    case cancelled

    /// Sorts an error that sending an order threw.
    init(_ error: any Error) {
        if error is CancellationError {
            self = .cancelled
            return
        }
        switch error as? HTTPClientError {
        case .cancelled: self = .cancelled
        case .deadlineExceeded, .readTimeout, .writeTimeout, .connectTimeout,
            .getConnectionFromPoolTimeout, .tlsHandshakeTimeout:
            self = .timedOut
        default: self = .disconnected
        }
    }

    /// What the failure counts as in a report; nil where the order succeeded.
    var failureName: String? {
        switch self {
        case .succeeded: nil
        case .refused(let status): String(status)
        case .timedOut: "timeout"
        case .disconnected: "connection"
        case .cancelled: "cancelled"
        }
    }

    /// Whether the time until now says something of the service: a connection that is refused at
    /// once would make it look quick.
    var isMeasured: Bool {
        switch self {
        case .succeeded, .refused, .timedOut: true
        case .disconnected, .cancelled: false
        }
    }
}
