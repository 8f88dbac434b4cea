import CorpusEditing
import CorpusStore
import Foundation
import OTLP
import TestSupport
import Testing

@Suite("A new corpus")
struct NewCorpusTests {
    private struct Stop: Error {}

    private static func requests(_ count: Int) throws -> [PreparedRequest] {
        var generator = TelemetryGenerator(seed: 4)
        return try (0..<count).map { _ in try PreparedRequest(generator.next()) }
    }

    @Test(
        "holds what it was given, in that order, whatever the block size",
        arguments: [1, 9_000, 4 << 20]
    )
    func order(blockBytes: Int) async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("new.db")
        let requests = try Self.requests(30).reversed().map { $0 }
        var rest = requests[...]
        let totals = try await NewCorpus(path: path, blockBytes: blockBytes).build(
            settings: ["recorder": .text("test")],
            from: { rest.popFirst() }
        )
        #expect(totals.requests == 30)
        let reader = try CorpusReader(path: path)
        #expect(try reader.isIntact)
        #expect(reader.recording.isComplete)
        #expect(reader.recording.started == requests[0].request.arrival)
        #expect(reader.recording.ended == requests.map(\.request.arrival).max())
        #expect(reader.recording.digest == totals.digest)
        let contents = try CorpusContents(path)
        #expect(contents.payloads == requests.map(\.request.payload))
        #expect(contents.arrivals == requests.map(\.request.arrival.unixNanoseconds))
        #expect(try folder.names == ["new.db"])
    }

    @Test("is what a recording of the same requests is", arguments: ItemIndex.allCases)
    func sameAsRecorded(index: ItemIndex) async throws {
        var generator = TelemetryGenerator(seed: 4)
        let recorded = try await RecordedCorpus(
            (0..<30).map { _ in try generator.next() },
            index: index
        )
        let folder = try TemporaryFolder()
        let path = folder.file("new.db")
        var rest = try Self.requests(30)[...]
        let totals = try await NewCorpus(path: path, index: index).build(from: { rest.popFirst() })
        #expect(totals.digest == recorded.totals.digest)
        let reader = try CorpusReader(path: path)
        #expect(try reader.isIntact)
        let (new, old) = try (reader.statistics(), CorpusReader(path: recorded.path).statistics())
        #expect(new.operations == old.operations)
        #expect(new.metrics == old.metrics)
        #expect(new.severities == old.severities)
    }

    @Test("leaves nothing behind when it fails, also half-way", arguments: [0, 1, 29])
    func failure(at place: Int) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1, 2, 3], to: "new.db")
        var rest = try Self.requests(30)[...]
        let corpus = try NewCorpus(path: path, replacesExisting: true, blockBytes: 10_000)
        await #expect(throws: Stop.self) {
            _ = try await corpus.build(from: {
                guard rest.count > 30 - place else { throw Stop() }
                return rest.popFirst()
            })
        }
        #expect(try folder.names == ["new.db"])
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1, 2, 3]))
    }

    @Test("leaves nothing behind when its task is cancelled")
    func cancellation() async throws {
        let folder = try TemporaryFolder()
        let corpus = try NewCorpus(path: folder.file("new.db"), blockBytes: 1)
        let work = Task {
            let request = try Self.requests(1)[0]
            // Would go on for ever.
            return try await corpus.build(from: { request })
        }
        try await poll(for: "a file") { try folder.names.isEmpty ? nil : true }
        work.cancel()
        await #expect(throws: CancellationError.self) { _ = try await work.value }
        #expect(try folder.names == [])
    }

    @Test("refuses a name that is taken, is a folder's, or is that of an input")
    func names() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1], to: "taken.db")
        #expect(throws: CorpusError.exists(path: path)) { try NewCorpus(path: path) }
        #expect(throws: EditingError.sameFile(path: path)) {
            let link = folder.file("link.db")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
            _ = try NewCorpus(path: path, replacesExisting: true, inputs: [link])
        }
        #expect(throws: CorpusError.cannotCreate(path: folder.path, reason: "it is a folder")) {
            try NewCorpus(path: folder.path, replacesExisting: true)
        }
        #expect(throws: CorpusError.self) { try NewCorpus(path: folder.file("none/new.db")) }
    }
}
