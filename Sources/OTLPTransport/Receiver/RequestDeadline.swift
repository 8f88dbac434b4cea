import NIOCore

/// How long a client may take for one request, from its first byte to its last: a value that is told
/// of events and says when the connection's time is up.
///
/// A client that sends its request byte by byte is never idle; this is what ends it.
struct RequestDeadline {
    private let limit: TimeAmount
    /// When the request that is coming in must be complete; nil between requests.
    private(set) var deadline: NIODeadline?

    init(limit: TimeAmount) {
        self.limit = limit
    }

    /// Bytes came in.
    /// - Returns: whether a request began with them.
    mutating func bytesArrived(at now: NIODeadline) -> Bool {
        guard deadline == nil else { return false }
        deadline = now + limit
        return true
    }

    /// A request came to its end, or the connection was set up.
    mutating func completed() {
        deadline = nil
    }

    /// What to do when a timer fires.
    enum Expiry: Equatable {
        /// The request took too long.
        case close
        /// Another request is coming in by now; look again then.
        case wait(until: NIODeadline)
        /// Nothing is coming in.
        case rest
    }

    func timerFired(at now: NIODeadline) -> Expiry {
        guard let deadline else { return .rest }
        return deadline <= now ? .close : .wait(until: deadline)
    }
}
