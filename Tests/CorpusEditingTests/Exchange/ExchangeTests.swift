import CorpusStore
import Foundation
import OTLP
import TestSupport
import Testing

@testable import CorpusEditing

@Suite("Export and import")
struct ExchangeTests {
    private func export(
        _ corpus: String,
        _ format: ExchangeFormat,
        to path: String,
        isSplit: Bool = false
    ) throws -> [String] {
        var export = CorpusExport()
        export.format = format
        export.path = path
        export.isSplit = isSplit
        return try export.run(CorpusReader(path: corpus), progress: EditingProgress()).files
            .map(\.path)
    }

    @Test(
        "give back every payload, in order, through every format",
        arguments: ExchangeFormat.allCases,
        ["", ".gz", ".zst"]
    )
    func roundTrip(format: ExchangeFormat, ending: String) async throws {
        let corpus = try await RecordedCorpus(seed: 21, requests: 40, blockBytes: 20_000)
        let folder = try TemporaryFolder()
        let files = try export(corpus.path, format, to: folder.file("run.otlp" + ending))
        let result = try await CorpusImport(files: files).run(
            into: NewCorpus(path: folder.file("back.db")),
            progress: EditingProgress()
        )
        #expect(result.totals.digest == corpus.totals.digest)
        #expect(result.totals.items == corpus.totals.items)
        #expect(try CorpusReader(path: folder.file("back.db")).isIntact)
        #expect(try folder.names == ["back.db", "run.otlp" + ending])
    }

    @Test("put signals into files of their own and join them again")
    func split() async throws {
        let corpus = try await RecordedCorpus(seed: 22, requests: 40)
        let folder = try TemporaryFolder()
        let files = try export(corpus.path, .proto, to: folder.file("run.pb.gz"), isSplit: true)
        #expect(
            try folder.names == ["run.logs.pb.gz", "run.metrics.pb.gz", "run.traces.pb.gz"]
        )
        let result = try await CorpusImport(files: files).run(
            into: NewCorpus(path: folder.file("back.db")),
            progress: EditingProgress()
        )
        let (before, after) = try (
            CorpusContents(corpus.path), CorpusContents(folder.file("back.db"))
        )
        #expect(result.totals.requests == corpus.totals.requests)
        #expect(Set(before.payloads) == Set(after.payloads))
        #expect(after.arrivals == after.arrivals.sorted())
    }

    @Test("tell every request's signal by its bytes", arguments: 1...6)
    func signals(seed: Int) throws {
        var generator = TelemetryGenerator(seed: UInt64(seed))
        for _ in 0..<200 {
            let request = try generator.next()
            #expect(SignalSniffer.signal(of: request.payload) == request.signal)
        }
        #expect(SignalSniffer.signal(of: []) == nil)
        #expect(SignalSniffer.signal(of: [0x0a, 0x02, 0x0a, 0x00]) == nil)
    }

    @Test("name file, line and reason of what can't be read, or count it and go on")
    func badLines() async throws {
        let folder = try TemporaryFolder()
        let good = #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"5"}]}]}]}"#
        let lines = [good, #"{"resourceLogs":7}"#, "{}", good, #"{"resourceLogs":[}"#]
        let file = try folder.write(Array(lines.joined(separator: "\n").utf8), to: "in.jsonl")
        var works = CorpusImport(files: [file])
        let corpus = try NewCorpus(path: folder.file("out.db"))
        do {
            _ = try await works.run(into: corpus, progress: EditingProgress())
            Issue.record("a bad line was taken")
        } catch EditingError.badMessage(let path, let place, let reason) {
            #expect(path == file)
            #expect(place == .line(2))
            #expect(reason.contains("not an export request in JSON"))
        }
        #expect(try folder.names == ["in.jsonl"])
        works.skipsBadMessages = true
        let result = try await works.run(into: corpus, progress: EditingProgress())
        #expect(result.totals.logs.requests == 2)
        #expect(result.skippedMessages == 3)
        #expect(result.examples.count == 3)
    }

    @Test(
        "read any bytes without a fault",
        arguments: ExchangeFormat.allCases,
        ["", ".gz", ".zst"]
    )
    func damage(format: ExchangeFormat, ending: String) async throws {
        let corpus = try await RecordedCorpus(seed: 23, requests: 6)
        let folder = try TemporaryFolder()
        let files = try export(corpus.path, format, to: folder.file("run" + ending))
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: files[0])))
        var random = SeededGenerator(seed: 5)
        var read = 0
        for _ in 0..<60 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.removeSubrange(place..<min(bytes.count, place + 9))
                case 1: bytes.insert(.random(in: 0...255, using: &random), at: place)
                default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
            }
            var importer = try RequestImporter(
                path: folder.write(bytes, to: "damaged"),
                signal: nil,
                skipsBadMessages: true,
                progress: nil
            )
            try importer.advance()
            while importer.head != nil {
                read += 1
                try importer.advance()
            }
        }
        #expect(read > 0)
    }

    @Test("refuse files that hold nothing, before a corpus is made")
    func nothing() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write([], to: "empty")
        await #expect(throws: EditingError.nothingToImport(paths: [file])) {
            try await CorpusImport(files: [file]).run(
                into: NewCorpus(path: folder.file("out.db")),
                progress: EditingProgress()
            )
        }
        #expect(try folder.names == ["empty"])
    }

    @Test("spread arrivals as asked")
    func arrivals() throws {
        #expect(try ImportArrivals(parsing: "items") == .items)
        #expect(try ImportArrivals(parsing: "2.5rps") == .evenly(requestsPerSecond: 2.5))
        for text in ["", "rps", "0rps", "-1rps", "nanrps", "5"] {
            #expect(throws: EditingError.invalidArrivals(text)) {
                try ImportArrivals(parsing: text)
            }
        }
        var evenly = ArrivalClock(.evenly(requestsPerSecond: 4))
        var byItems = ArrivalClock(.items)
        let times: [UInt64?] = [1_000, 900, nil, 2_000]
        let latest = times.map { $0.map(Timestamp.init(unixNanoseconds:)) }
        #expect(
            latest.map { evenly.arrival(latest: $0).unixNanoseconds }
                == [1_000, 250_001_000, 500_001_000, 750_001_000]
        )
        #expect(
            latest.map { byItems.arrival(latest: $0).unixNanoseconds }
                == [1_000, 1_000, 1_000, 2_000]
        )
    }
}
