import CorpusEditing
import CorpusStore
import OTLP
import TestSupport
import Testing

@Suite("Comparison of corpora")
struct CorpusComparisonTests {
    private func compare(_ a: RecordedCorpus, _ b: RecordedCorpus) throws -> CorpusDifference {
        try CorpusComparison.compare(
            CorpusReader(path: a.path),
            CorpusReader(path: b.path),
            progress: EditingProgress()
        )
    }

    private func requests(_ count: Int) throws -> [ExportRequest] {
        var generator = TelemetryGenerator(seed: 41)
        return try (0..<count).map { _ in try generator.next() }
    }

    @Test("finds the same payloads the same, whatever their blocks")
    func same() async throws {
        let requests = try requests(20)
        let difference = try compare(
            await RecordedCorpus(requests, blockBytes: 1_000),
            await RecordedCorpus(requests, index: .none)
        )
        #expect(difference.same)
        #expect(difference.differences.isEmpty && difference.counts.isEmpty)
        #expect(difference.a.exportRequests == 20 && difference.b.exportRequests == 20)
    }

    @Test("says what is missing, and what each has more of")
    func missing() async throws {
        let requests = try requests(20)
        let rest = Array(requests[..<10] + requests[12...])
        let difference = try compare(
            await RecordedCorpus(requests),
            await RecordedCorpus(rest)
        )
        #expect(!difference.same)
        #expect(difference.onlyInA == 2 && difference.onlyInB == 0)
        #expect(difference.changedRequests == 0)
        #expect(difference.differences.map { $0.a?.number } == [11, 12])
        #expect(difference.counts.allSatisfy { $0.a > $0.b })
        let missing = difference.counts.reduce(0) { $0 + $1.a - $1.b }
        let items = try requests[10..<12].reduce(0) {
            $0 + (try RequestScan($1.signal, payload: $1.payload)).items.count
        }
        #expect(missing == items)
    }

    @Test("says in what two requests differ, in their items' own terms")
    func changed() async throws {
        var requests = try requests(10)
        let place = try #require(requests.firstIndex { $0.signal == .traces })
        let original = requests
        var payload = requests[place].payload
        let scan = try RequestScan(.traces, payload: payload)
        let hole = try #require(scan.holes.first { $0.kind == .spanID })
        payload[Int(hole.offset)] ^= 0xff
        requests[place] = ExportRequest(
            signal: .traces,
            arrival: requests[place].arrival,
            payload: payload
        )
        let difference = try compare(
            await RecordedCorpus(original),
            await RecordedCorpus(requests)
        )
        #expect(difference.changedRequests == 1)
        #expect(difference.counts.isEmpty)
        let found = try #require(difference.differences.first)
        #expect(found.a?.number == Int64(place + 1))
        #expect(found.detail?.hasPrefix("item 1: ") == true)
        #expect(found.detail?.contains("span ") == true)
    }
}
