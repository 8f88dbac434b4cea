import NIOCore

/// Which connection carries which request: decisions only, no input or output.
///
/// Each connection carries one request at a time. Requests that find none idle wait in order, and
/// connections are opened for them up to the limit.
struct ConnectionPool<Connection: AnyObject, Request> {
    /// What to do with a request just submitted.
    enum Submission {
        /// Send it on this connection, which was idle.
        case send(on: Connection)
        /// It waits; open a connection if so told.
        case wait(openingConnection: Bool)
        /// The pool is closed.
        case closed
    }

    /// What to do with a connection just opened.
    enum Opened {
        case send(Request)
        case idle
        /// The pool was closed meanwhile: close the connection.
        case closed
    }

    private let limit: Int
    private var connections: [ObjectIdentifier: Connection] = [:]
    // Last in, first out: the connection used last is the least likely to have been closed.
    private var idle: [Connection] = []
    private var waiting = CircularBuffer<Request>()
    private var openingCount = 0
    private var isClosed = false

    init(limit: Int) {
        self.limit = limit
    }

    /// Connections that are open.
    var openCount: Int { connections.count }

    /// Whether the pool is closed and nothing is left of it.
    var isDrained: Bool { isClosed && connections.isEmpty && openingCount == 0 }

    mutating func submit(_ request: Request) -> Submission {
        if isClosed { return .closed }
        if let connection = idle.popLast() { return .send(on: connection) }
        waiting.append(request)
        return .wait(openingConnection: beginOpening())
    }

    /// The next request for a connection that has become free; with nil, it is idle or no longer
    /// the pool's.
    mutating func next(for connection: Connection) -> Request? {
        guard connections[ObjectIdentifier(connection)] != nil else { return nil }
        if let request = waiting.popFirst() { return request }
        idle.append(connection)
        return nil
    }

    mutating func opened(_ connection: Connection) -> Opened {
        openingCount -= 1
        if isClosed { return .closed }
        connections[ObjectIdentifier(connection)] = connection
        return next(for: connection).map { .send($0) } ?? .idle
    }

    /// An attempt to connect has failed.
    /// - Returns: The requests to fail: all that wait, if there is no other connection, open or
    ///   being opened, to wait for. The next request submitted starts another attempt.
    mutating func openingFailed() -> [Request] {
        openingCount -= 1
        guard connections.isEmpty, openingCount == 0 else { return [] }
        defer { waiting.removeAll() }
        return Array(waiting)
    }

    /// Takes out a connection that is closed or about to be.
    /// - Returns: Whether to open another one for the requests that wait.
    mutating func remove(_ connection: Connection) -> Bool {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else {
            return false
        }
        idle.removeAll { $0 === connection }
        return beginOpening()
    }

    /// Takes no more requests.
    /// - Returns: The requests that waited, and the connections to close.
    mutating func close() -> (waiting: [Request], connections: [Connection]) {
        isClosed = true
        defer {
            waiting.removeAll()
            idle.removeAll()
        }
        return (Array(waiting), Array(connections.values))
    }

    private mutating func beginOpening() -> Bool {
        guard !isClosed, openingCount < waiting.count, connections.count + openingCount < limit
        else { return false }
        openingCount += 1
        return true
    }
}
