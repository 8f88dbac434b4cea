/// A connection's place in its sender's pool: from registration until it leaves.
///
/// Used on the connection's event loop alone.
final class PoolMembership {
    private let sender: OTLPSender
    private(set) var connection: SenderConnection?

    init(of sender: OTLPSender) {
        self.sender = sender
    }

    /// Offers a connection to the pool.
    /// - Returns: the requests for it to begin with; nil where the pool doesn't want it.
    func join(as connection: SenderConnection, capacity: Int) -> [Exchange]? {
        self.connection = connection
        switch sender.opened(connection, capacity: capacity) {
        case .open(let exchanges): return exchanges
        case .closed:
            self.connection = nil
            return nil
        }
    }

    /// The request, or the next one that waits if it has been cancelled: claimed, to be written.
    func claimed(_ first: Exchange, for connection: SenderConnection) -> Exchange? {
        var candidate: Exchange? = first
        while let exchange = candidate {
            if exchange.claim(for: connection) { return exchange }
            candidate = sender.next(for: connection)
        }
        return nil
    }

    /// The next request that waits for the connection, which is free for one.
    func next() -> Exchange? {
        connection.flatMap { sender.next(for: $0) }
    }

    /// Takes the connection out of the pool, if it is in it.
    func leave() {
        guard let connection else { return }
        self.connection = nil
        sender.closed(connection)
    }
}
