import CorpusEditing
import CorpusStore
import Foundation
import OTLP
import TestSupport
import Testing

@Suite("Cutting, joining and copying")
struct EditingTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func cut(
        _ path: String,
        _ selection: RequestSelection,
        to name: String
    ) async throws -> String {
        _ = try await CorpusCut(selection).run(
            CorpusReader(path: path),
            into: NewCorpus(path: folder.file(name)),
            progress: EditingProgress()
        )
        return folder.file(name)
    }

    private func join(
        _ arrangement: CorpusJoin.Arrangement,
        _ paths: [String],
        to name: String
    ) async throws -> String {
        _ = try await CorpusJoin(arrangement).run(
            paths.map { try CorpusReader(path: $0) },
            into: NewCorpus(path: folder.file(name)),
            progress: EditingProgress()
        )
        return folder.file(name)
    }

    private func isSame(_ a: String, _ b: String) throws -> Bool {
        try CorpusComparison.compare(
            CorpusReader(path: a),
            CorpusReader(path: b),
            progress: EditingProgress()
        ).same
    }

    @Test("a merge of shards is the corpus they were taken from")
    func shards() async throws {
        let count = 3
        let corpus = try await RecordedCorpus(seed: 31, requests: 40, blockBytes: 30_000)
        var shards: [String] = []
        for shard in 0..<count {
            let path = folder.file("\(shard).db")
            var cursor = try RequestCursor(CorpusReader(path: corpus.path))
            _ = try await NewCorpus(path: path).build(from: {
                while let (number, request) = try cursor.next() {
                    if Int(number) % count == shard { return try PreparedRequest(request) }
                }
                return nil
            })
            shards.append(path)
        }
        let merged = try await join(.wall, shards.reversed(), to: "merged.db")
        #expect(try isSame(merged, corpus.path))
        #expect(try CorpusContents(merged) == CorpusContents(corpus.path))
        #expect(try CorpusReader(path: merged).isIntact)
    }

    @Test("parts in time, one after the other, are the corpus they were cut from")
    func parts() async throws {
        let corpus = try await RecordedCorpus(seed: 32, requests: 40, blockBytes: 30_000)
        let middle = Duration.milliseconds(500)
        let first = try await cut(corpus.path, .init(until: middle), to: "1.db")
        let second = try await cut(corpus.path, .init(from: middle), to: "2.db")
        let joined = try await join(.sequence, [first, second], to: "joined.db")
        #expect(try CorpusContents(joined) == CorpusContents(corpus.path))
        #expect(try CorpusReader(path: joined).isIntact)
    }

    @Test("a corpus after itself moves by as much as it is long, its gaps kept")
    func twice() async throws {
        let corpus = try await RecordedCorpus(seed: 33, requests: 20)
        let first = try await cut(corpus.path, .init(), to: "1.db")
        let joined = try await join(.sequence, [first, first], to: "joined.db")
        let reader = try CorpusReader(path: joined)
        #expect(try reader.isIntact)
        let recording = try CorpusReader(path: first).recording
        let contents = try CorpusContents(joined)
        let gaps = zip(contents.arrivals.dropFirst(), contents.arrivals).map { $0 &- $1 }
        #expect(Array(gaps[..<19]) == Array(gaps[20...]))
        #expect(Array(contents.payloads[..<20]) == (try CorpusContents(first)).payloads)
        #expect(contents.payloads[20...].map(\.count) == contents.payloads[..<20].map(\.count))
        // The second begins where the first ended.
        let started = min(recording.started.unixNanoseconds, contents.arrivals[0])
        let length = try #require(reader.recording.ended).unixNanoseconds &- started
        #expect(contents.arrivals[20] &- contents.arrivals[0] == length / 2)
    }

    @Test("aligned by their starts, corpora move together")
    func aligned() async throws {
        let a = try await RecordedCorpus(seed: 34, requests: 10)
        let first = try await cut(a.path, .init(until: .milliseconds(120)), to: "1.db")
        let second = try await cut(a.path, .init(from: .milliseconds(120)), to: "2.db")
        let merged = try await join(.start, [first, second], to: "merged.db")
        let arrivals = try CorpusContents(merged).arrivals
        #expect(arrivals == arrivals.sorted())
        #expect(try CorpusReader(path: merged).isIntact)
        #expect(try #require(arrivals.last) - arrivals[0] < 500_000_000)
    }

    @Test("a service's cut holds that service's items alone, and all of them")
    func service() async throws {
        let corpus = try await RecordedCorpus(seed: 35, requests: 40)
        let path = try await cut(corpus.path, .init(service: "orders"), to: "orders.db")
        let services = try CorpusReader(path: path).statistics().services
        let before = try CorpusReader(path: corpus.path).statistics().services
        #expect(services == before.filter { $0.name == "orders" })
        #expect(try CorpusReader(path: path).isIntact)
    }

    @Test("windows share the traces among them, each whole")
    func traceWindows() async throws {
        let corpus = try await RecordedCorpus(seed: 39, requests: 40, blockBytes: 30_000)
        let filter = TraceFilter(service: "orders")
        let bounds: [Duration] = [.zero, .milliseconds(500), .seconds(60)]
        var spans = 0
        for (from, until) in zip(bounds, bounds.dropFirst()) {
            let selection = RequestSelection(from: from, until: until, traces: filter)
            let path = try await cut(corpus.path, selection, to: "\(until).db")
            let reader = try CorpusReader(path: path)
            #expect(try reader.isIntact)
            spans += try reader.totals().traces.items
        }
        let all = try await cut(corpus.path, .init(traces: filter), to: "all.db")
        let totals = try CorpusReader(path: all).totals()
        #expect(totals.traces.items == spans)
        #expect(spans > 0 && totals.metrics.items == 0)
    }

    @Test("a cut of nothing is an error, and no file")
    func nothing() async throws {
        let corpus = try await RecordedCorpus(seed: 36, requests: 5)
        await #expect(throws: EditingError.nothingChosen(path: corpus.path)) {
            try await cut(corpus.path, .init(service: "nobody"), to: "none.db")
        }
        #expect(try folder.names == [])
    }

    @Test("a copy keeps contents and recording, with other tables and blocks")
    func copies() async throws {
        let corpus = try await RecordedCorpus(seed: 37, requests: 40, blockBytes: 5_000)
        let source = try CorpusReader(path: corpus.path)
        for index in ItemIndex.allCases {
            let path = folder.file("\(index).db")
            let totals = try await CorpusCopy.run(
                source,
                into: NewCorpus(path: path, index: index, level: 9),
                progress: EditingProgress()
            )
            #expect(totals.blockBytes < corpus.totals.blockBytes)
            let reader = try CorpusReader(path: path)
            #expect(try reader.isIntact)
            #expect(reader.recording.index == index)
            #expect(reader.recording.started == source.recording.started)
            #expect(reader.recording.ended == source.recording.ended)
            #expect(reader.recording.digest == source.recording.digest)
            #expect(try reader.blocks().count == 1)
        }
    }

    @Test("a damaged corpus is not copied, and leaves no file")
    func damage() async throws {
        let corpus = try await RecordedCorpus(seed: 38, requests: 40, blockBytes: 10_000)
        _ = try corpus.damageFirstBlock()
        await #expect(throws: CorpusError.self) {
            try await CorpusCopy.run(
                CorpusReader(path: corpus.path),
                into: NewCorpus(path: folder.file("copy.db")),
                progress: EditingProgress()
            )
        }
        #expect(try folder.names == [])
    }
}
