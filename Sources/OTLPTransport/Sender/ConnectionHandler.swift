import NIOCore

/// One connection's side of the sender, on its event loop.
protocol ConnectionHandler: AnyObject {
    /// Makes the connection, now ready, the pool's; closes it if the pool doesn't want it.
    func register(_ connection: SenderConnection)

    /// Sends a request that the pool has given to the connection.
    func send(_ exchange: Exchange)

    /// Ends the request as cancelled, if the connection carries it.
    func cancel(_ exchange: Exchange)

    /// Ends the requests that are under way, if any, and closes the connection.
    func fail(_ outcome: SendOutcome)
}

/// How opening a connection ends: with one that is ready for requests, TLS and HTTP/2 included, or
/// with an error.
typealias ConnectionPromise = EventLoopPromise<SenderConnection>

/// Why a connection never became ready.
enum OpeningError: Error, CustomStringConvertible {
    /// The server closed it.
    case closed
    /// The server doesn't speak HTTP/2.
    case notHTTP2
    /// In TLS the server chose another protocol than the one that it was offered.
    case otherProtocol(String)

    var description: String {
        switch self {
        case .closed: "the server closed the connection at once"
        case .notHTTP2: "the server doesn't speak HTTP/2, which gRPC needs"
        case .otherProtocol(let name):
            "the server speaks \(String(printable: name, limit: 40)), not HTTP/2, which gRPC needs"
        }
    }
}
