import Testing

@testable import OTLPTransport

@Suite("Connection pool")
struct ConnectionPoolTests {
    private final class Connection {}
    private typealias Pool = ConnectionPool<Connection, Int>

    private func isOpening(_ submission: Pool.Submission) -> Bool? {
        if case .wait(let openingConnection) = submission { openingConnection } else { nil }
    }

    private func isSending(_ opened: Pool.Opened, _ request: Int) -> Bool {
        if case .open([request]) = opened { true } else { false }
    }

    @Test("opens a connection for each request that waits, up to the limit, and serves in order")
    func order() {
        var pool = Pool(limit: 2)
        let submissions = (0..<4).map { isOpening(pool.submit($0)) }
        #expect(submissions == [true, true, false, false])
        let connection = Connection()
        let opened = pool.opened(connection)
        #expect(isSending(opened, 0))
        let followers = (0..<4).map { _ in pool.next(for: connection) }
        #expect(followers == [1, 2, 3, nil])
    }

    @Test("sends on the connection that became idle last")
    func idle() {
        var pool = Pool(limit: 2)
        let connections = [Connection(), Connection()]
        for request in 0..<2 { _ = pool.submit(request) }
        for connection in connections { _ = pool.opened(connection) }
        let nothing = [1, 0].map { pool.next(for: connections[$0]) }
        #expect(nothing == [nil, nil])
        guard case .send(let used, false) = pool.submit(2) else {
            Issue.record("no idle connection was used")
            return
        }
        #expect(used === connections[0])
    }

    @Test("opens another connection for those who wait when one is gone, and forgets it once")
    func replacement() {
        var pool = Pool(limit: 1)
        let connection = Connection()
        for request in 0..<2 { _ = pool.submit(request) }
        _ = pool.opened(connection)
        let opensAnother = (0..<2).map { _ in pool.remove(connection) }
        #expect(opensAnother == [true, false])
        let next = pool.next(for: connection)
        #expect(next == nil)
        let opened = pool.opened(Connection())
        #expect(isSending(opened, 1))
    }

    @Test("never gives out an idle connection that is gone")
    func deadIdle() {
        var pool = Pool(limit: 1)
        let connection = Connection()
        _ = pool.submit(0)
        _ = pool.opened(connection)
        let next = pool.next(for: connection)
        #expect(next == nil)
        let opensAnother = pool.remove(connection)
        #expect(!opensAnother)
        let submission = pool.submit(1)
        #expect(isOpening(submission) == true)
    }

    @Test("fails those who wait once no connection is left to wait for")
    func failure() {
        var pool = Pool(limit: 2)
        for request in 0..<3 { _ = pool.submit(request) }
        let failed = (0..<2).map { _ in pool.openingFailed() }
        #expect(failed == [[], [0, 1, 2]])
        let submission = pool.submit(3)
        #expect(isOpening(submission) == true)
    }

    @Test("opens connections ahead of requests, which then wait for those")
    func ahead() {
        var pool = Pool(limit: 3)
        let (first, second) = (pool.openAhead(2), pool.openAhead(2))
        #expect([first, second] == [2, 0])
        let submissions = (0..<3).map { isOpening(pool.submit($0)) }
        #expect(submissions == [false, false, true])
        let rest = pool.openAhead(10)
        #expect(rest == 0)
        let failed = (0..<3).map { _ in pool.openingFailed() }
        #expect(failed == [[], [], [0, 1, 2]])
    }

    @Test("gives up those who wait, and stays open")
    func abandonment() {
        var pool = Pool(limit: 1)
        let connection = Connection()
        for request in 0..<3 { _ = pool.submit(request) }
        _ = pool.opened(connection)
        let (waiting, connections) = pool.abandon()
        #expect(waiting == [1, 2])
        #expect(connections.count == 1)
        let next = pool.next(for: connection)
        #expect(next == nil)
        guard case .send = pool.submit(3) else {
            Issue.record("the idle connection was not used")
            return
        }
    }

    private func target(_ submission: Pool.Submission) -> (Connection, isOpening: Bool)? {
        if case .send(let connection, let isOpening) = submission {
            (connection, isOpening)
        } else {
            nil
        }
    }

    @Test("fills shared connections evenly, and opens another one meanwhile")
    func sharing() throws {
        var pool = Pool(limit: 2)
        let (first, second) = (Connection(), Connection())
        _ = pool.submit(0)
        guard case .open([0]) = pool.opened(first, capacity: 3) else {
            Issue.record("the request that waited was not sent")
            return
        }
        let shared = try #require(target(pool.submit(1)))
        #expect(shared.0 === first)
        #expect(shared.isOpening)
        guard case .open([]) = pool.opened(second, capacity: 3) else {
            Issue.record("there was something to send")
            return
        }
        let targets = (2..<6).compactMap { target(pool.submit($0)) }
        #expect(targets.map { $0.0 === first ? 1 : 2 }.reduce(0, +) == 7)
        #expect(targets.first?.0 === second)
        #expect(!targets.contains { $0.isOpening })
        let submission = pool.submit(6)
        #expect(isOpening(submission) == false)
        let next = pool.next(for: second)
        #expect(next == 6)
    }

    @Test("follows a connection's capacity up and down")
    func capacity() {
        var pool = Pool(limit: 1)
        let connection = Connection()
        for request in 0..<6 { _ = pool.submit(request) }
        _ = pool.opened(connection)
        let more = pool.setCapacity(3, of: connection)
        #expect(more == [1, 2])
        let none = pool.setCapacity(1, of: connection)
        #expect(none == [])
        // Two of three have to end before the next one may begin.
        let followers = (0..<3).map { _ in pool.next(for: connection) }
        #expect(followers == [nil, nil, 3])
    }

    @Test("gives a retired connection nothing, and waits for its end")
    func retirement() {
        var pool = Pool(limit: 1)
        let connection = Connection()
        for request in 0..<2 { _ = pool.submit(request) }
        _ = pool.opened(connection)
        let opensAnother = pool.retire(connection)
        #expect(opensAnother)
        let next = pool.next(for: connection)
        #expect(next == nil)
        let left = pool.close()
        #expect(left.connections.count == 1)
        guard case .closed = pool.opened(Connection()) else {
            Issue.record("a closed pool took something")
            return
        }
        #expect(!pool.isDrained)
        _ = pool.remove(connection)
        #expect(pool.isDrained)
    }

    @Test("is drained once it is closed and its last connection is gone")
    func closing() {
        var pool = Pool(limit: 3)
        let connection = Connection()
        for request in 0..<2 { _ = pool.submit(request) }
        _ = pool.opened(connection)
        let left = pool.close()
        #expect(left.waiting == [1])
        #expect(left.connections.count == 1)
        let opensAnother = pool.remove(connection)
        #expect(!opensAnother)
        #expect(!pool.isDrained)
        guard case .closed = pool.opened(Connection()), case .closed = pool.submit(5) else {
            Issue.record("a closed pool took something")
            return
        }
        #expect(pool.isDrained)
    }
}
