import NIOCore

/// Which connection carries which request: decisions only, no input or output.
///
/// A connection carries as many requests at a time as it says, one with HTTP/1.1. A request goes to
/// an idle connection, or else to the one that carries least; where it finds all at their limit, it
/// waits, in order. Connections are opened, up to the limit, as long as there are requests without
/// one of their own.
struct ConnectionPool<Connection: AnyObject, Request> {
    /// What to do with a request just submitted.
    enum Submission {
        /// Send it on this connection; open another one for those to come if so told.
        case send(on: Connection, openingConnection: Bool)
        /// It waits; open a connection if so told.
        case wait(openingConnection: Bool)
        /// The pool is closed.
        case closed
    }

    /// What to do with a connection just opened.
    enum Opened {
        /// Send these on it.
        case open([Request])
        /// The pool was closed meanwhile: close the connection.
        case closed
    }

    private struct Entry {
        let connection: Connection
        var capacity = 1
        var load = 0

        var hasRoom: Bool { load < capacity }
    }

    private let limit: Int
    private var entries: [ObjectIdentifier: Entry] = [:]
    // Connections that carry what they have and take no more; they count for nothing but the end.
    private var retired: [ObjectIdentifier: Connection] = [:]
    // Last in, first out: the connection used last is the least likely to have been closed.
    private var idle: [Connection] = []
    private var waiting = CircularBuffer<Request>()
    private var openingCount = 0
    // Whether any connection carries more than one request at a time.
    private var areShared = false
    private var isClosed = false

    init(limit: Int) {
        self.limit = limit
    }

    /// Connections that are open.
    var openCount: Int { entries.count + retired.count }

    /// Whether the pool is closed and nothing is left of it.
    var isDrained: Bool { isClosed && openCount == 0 && openingCount == 0 }

    mutating func submit(_ request: Request) -> Submission {
        if isClosed { return .closed }
        if let connection = idle.popLast() {
            entries[ObjectIdentifier(connection)]?.load += 1
            return .send(on: connection, openingConnection: false)
        }
        if waiting.isEmpty, let (key, entry) = leastLoaded {
            entries[key]?.load += 1
            // One at a time: these requests don't wait for it.
            let opensAnother = openingCount == 0 && entries.count < limit
            if opensAnother { openingCount += 1 }
            return .send(on: entry.connection, openingConnection: opensAnother)
        }
        waiting.append(request)
        return .wait(openingConnection: beginOpening())
    }

    /// Begins to open connections ahead of requests, until so many are open, or as many as may be.
    /// - Returns: How many to open.
    mutating func openAhead(_ count: Int) -> Int {
        guard !isClosed else { return 0 }
        let lacking = max(0, min(count, limit) - entries.count - openingCount)
        openingCount += lacking
        return lacking
    }

    /// A request has ended: the next one for its connection.
    ///
    /// With nil, the connection has room, or is no longer to be given anything.
    mutating func next(for connection: Connection) -> Request? {
        let key = ObjectIdentifier(connection)
        guard var entry = entries[key] else { return nil }
        // Fewer may be allowed by now than are under way.
        if entry.load <= entry.capacity, let request = waiting.popFirst() { return request }
        entry.load -= 1
        entries[key] = entry
        if entry.load == 0 { idle.append(connection) }
        return nil
    }

    /// A connection is open, and carries so many requests at a time, at least one.
    mutating func opened(_ connection: Connection, capacity: Int = 1) -> Opened {
        openingCount -= 1
        if isClosed { return .closed }
        entries[ObjectIdentifier(connection)] = Entry(connection: connection)
        idle.append(connection)
        return .open(setCapacity(capacity, of: connection))
    }

    /// From now on a connection carries so many requests at a time.
    /// - Returns: The requests that waited and for which there is room now.
    mutating func setCapacity(_ capacity: Int, of connection: Connection) -> [Request] {
        let key = ObjectIdentifier(connection)
        guard var entry = entries[key] else { return [] }
        entry.capacity = max(1, capacity)
        areShared = areShared || entry.capacity > 1
        var requests: [Request] = []
        while entry.hasRoom, let request = waiting.popFirst() {
            requests.append(request)
            entry.load += 1
        }
        if !requests.isEmpty { idle.removeAll { $0 === connection } }
        entries[key] = entry
        return requests
    }

    /// An attempt to connect has failed.
    /// - Returns: The requests to fail: all that wait, if there is no other connection, open or
    ///   being opened, to wait for. The next request submitted starts another attempt.
    mutating func openingFailed() -> [Request] {
        openingCount -= 1
        guard entries.isEmpty, openingCount == 0 else { return [] }
        defer { waiting.removeAll() }
        return Array(waiting)
    }

    /// Gives a connection nothing more; it stays open for what it carries.
    /// - Returns: Whether to open another one for the requests that wait.
    mutating func retire(_ connection: Connection) -> Bool {
        let key = ObjectIdentifier(connection)
        guard entries.removeValue(forKey: key) != nil else { return false }
        retired[key] = connection
        idle.removeAll { $0 === connection }
        return beginOpening()
    }

    /// Takes out a connection that is closed or about to be.
    /// - Returns: Whether to open another one for the requests that wait.
    mutating func remove(_ connection: Connection) -> Bool {
        let key = ObjectIdentifier(connection)
        if retired.removeValue(forKey: key) != nil { return false }
        guard entries.removeValue(forKey: key) != nil else { return false }
        idle.removeAll { $0 === connection }
        return beginOpening()
    }

    /// Takes out the requests that wait.
    /// - Returns: Them, and all connections, idle ones included.
    mutating func abandon() -> (waiting: [Request], connections: [Connection]) {
        defer { waiting.removeAll() }
        return (Array(waiting), entries.values.map(\.connection) + retired.values)
    }

    /// Takes no more requests.
    /// - Returns: The requests that waited, and the connections to close.
    mutating func close() -> (waiting: [Request], connections: [Connection]) {
        isClosed = true
        defer {
            waiting.removeAll()
            idle.removeAll()
        }
        return (Array(waiting), entries.values.map(\.connection) + retired.values)
    }

    /// The connection with room for more that carries least; none is idle.
    private var leastLoaded: (key: ObjectIdentifier, entry: Entry)? {
        guard areShared else { return nil }
        let best = entries.lazy.filter { $0.value.hasRoom }.min { $0.value.load < $1.value.load }
        return best.map { ($0.key, $0.value) }
    }

    private mutating func beginOpening() -> Bool {
        guard !isClosed, openingCount < waiting.count, entries.count + openingCount < limit
        else { return false }
        openingCount += 1
        return true
    }
}
