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
