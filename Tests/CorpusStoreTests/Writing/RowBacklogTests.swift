import OTLP
import TestSupport
import Testing

@testable import CorpusStore

@Suite("Row backlog")
struct RowBacklogTests {
    private func run(_ first: Int64, of requests: [ExportRequest]) throws -> OpenBlock.Run {
        let placed = try requests.map {
            PlacedRequest(prepared: try PreparedRequest($0), traces: [])
        }
        return OpenBlock.Run(firstRequest: first, requests: placed[...], isSealed: true)
    }

    @Test("gives each request once, in order, a few items at a time", arguments: 1...5)
    func portions(seed: UInt64) throws {
        var generator = TelemetryGenerator(seed: seed)
        let requests = try (0..<40).map { _ in try generator.next() }
        var backlog = RowBacklog()
        backlog.add(try run(7, of: Array(requests[..<25])))
        backlog.add(try run(32, of: Array(requests[25...])))
        var random = SeededGenerator(seed: seed)
        var given: [[UInt8]] = []
        var completed: [Int64] = []
        while let portion = backlog.next(items: Int.random(in: 0...60, using: &random)) {
            #expect(portion.firstRequest == 7 + Int64(given.count))
            given += portion.requests.map(\.prepared.request.payload)
            if let block = portion.completedBlock { completed.append(block) }
            backlog.remove(portion)
        }
        #expect(given == requests.map(\.payload))
        #expect(completed == [7, 32])
        #expect(backlog.isEmpty && backlog.itemCount == 0)
    }

    @Test("gives a block whose requests hold no items")
    func empty() throws {
        let request = ExportRequest(
            signal: .logs,
            arrival: Timestamp(unixNanoseconds: 1),
            payload: []
        )
        var backlog = RowBacklog()
        backlog.add(try run(1, of: [request]))
        let portion = try #require(backlog.next(items: 1))
        #expect(portion.completedBlock == 1)
        backlog.remove(portion)
        #expect(backlog.isEmpty)
    }
}
