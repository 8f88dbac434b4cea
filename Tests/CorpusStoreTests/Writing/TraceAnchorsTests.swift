import GRDB
import OTLP
import TestSupport
import Testing

@testable import CorpusStore

@Suite("Trace anchors")
struct TraceAnchorsTests {
    private func prepared(_ count: Int, seed: UInt64) throws -> [CorpusStore.PreparedRequest] {
        var generator = TelemetryGenerator(seed: seed)
        return try (0..<count).map { _ in
            try CorpusStore.PreparedRequest(try generator.next(.traces, items: 5))
        }
    }

    private func database() throws -> DatabaseQueue {
        let database = try DatabaseQueue()
        try database.write { try $0.execute(sql: CorpusSchema.tables) }
        return database
    }

    @Test("gives a trace the same number and anchor however long ago it began")
    func generations() throws {
        let requests = try prepared(60, seed: 1)
        var anchors = TraceAnchors(generationLimit: 10)
        var first: [TraceID: (Int64, UInt64)] = [:]
        try database().writeWithoutTransaction { database in
            for request in requests + requests {
                let entries = try anchors.enter(
                    request.traces,
                    arrival: request.request.arrival,
                    in: database
                )
                try database.inTransaction {
                    try anchors.write(in: database)
                    return .commit
                }
                anchors.committed()
                for (trace, entry) in zip(request.traces.traces, entries) {
                    let found = (entry.number, entry.anchorUnixNanoseconds)
                    let isSame = first[trace.id, default: found] == found
                    #expect(isSame)
                    first[trace.id] = found
                }
            }
            let rows = try Int.fetchOne(
                database,
                sql: "SELECT count(DISTINCT trace_id) FROM trace_ids"
            )
            #expect(rows == first.count)
            #expect(first.count > 40)
        }
    }

    @Test("forgets the traces of a commit that failed")
    func rollback() throws {
        let requests = try prepared(2, seed: 2)
        var anchors = TraceAnchors()
        try database().writeWithoutTransaction { database in
            let arrival = requests[0].request.arrival
            let before = try anchors.enter(requests[0].traces, arrival: arrival, in: database)
            anchors.rolledBack()
            let after = try anchors.enter(requests[0].traces, arrival: arrival, in: database)
            #expect(before.map(\.number) == after.map(\.number))
            #expect(after.first?.number == 1)
        }
    }
}
