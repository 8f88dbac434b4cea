import CorpusStore
import Foundation
import GRDB
import OTLP
import TestSupport
import Testing

@Suite("Corpus reader")
struct CorpusReaderTests {
    @Test("names a missing file, a folder, and a file that is no corpus")
    func notACorpus() async throws {
        let folder = try TemporaryFolder()
        #expect(throws: CorpusError.missing(path: folder.file("none.db"))) {
            try CorpusReader(path: folder.file("none.db"))
        }
        #expect(throws: CorpusError.notACorpus(path: folder.path, reason: "it is a folder")) {
            try CorpusReader(path: folder.path)
        }
        let text = folder.file("text.db")
        try Data(String(repeating: "text ", count: 1_000).utf8).write(
            to: URL(fileURLWithPath: text)
        )
        #expect(throws: CorpusError.notACorpus(path: text, reason: "it is not a SQLite file")) {
            try CorpusReader(path: text)
        }
        let foreign = folder.file("foreign.db")
        try await DatabaseQueue(path: foreign).write { try $0.execute(sql: "CREATE TABLE t (a)") }
        #expect(
            throws: CorpusError.notACorpus(
                path: foreign,
                reason: "it is a SQLite database of another program"
            )
        ) {
            try CorpusReader(path: foreign)
        }
    }

    @Test("refuses a corpus of a newer format")
    func newer() async throws {
        let corpus = try await RecordedCorpus(seed: 1, requests: 1)
        try await DatabaseQueue(path: corpus.path).write {
            try $0.execute(sql: "PRAGMA user_version = 99")
        }
        let error = CorpusError.newerFormat(path: corpus.path, found: 99, supported: 1)
        #expect(throws: error) { try CorpusReader(path: corpus.path) }
    }

    @Test("keeps how each request arrived, and reads corpora made before that was noted")
    func transports() async throws {
        var generator = TelemetryGenerator(seed: 3)
        let requests = try OTLPProtocol.allCases.map { try generator.next().arriving(by: $0) }
        let corpus = try await RecordedCorpus(requests)
        func found() throws -> [OTLPProtocol] {
            let reader = try CorpusReader(path: corpus.path)
            var found: [OTLPProtocol] = []
            try reader.forEachRequest { found.append($1.transport) }
            #expect(try reader.verify().isIntact)
            let protocols = try reader.statistics().protocols
            #expect(protocols.httpProtobuf == found.count { $0 == .httpProtobuf })
            #expect(protocols.httpJson == found.count { $0 == .httpJSON })
            #expect(protocols.grpc == found.count { $0 == .grpc })
            try reader.close()
            return found
        }
        #expect(try found() == OTLPProtocol.allCases)
        try await DatabaseQueue(path: corpus.path).write {
            try $0.execute(sql: "ALTER TABLE requests DROP COLUMN protocol")
        }
        #expect(try found() == [.httpProtobuf, .httpProtobuf, .httpProtobuf])
    }

    @Test("leaves the file as it was, byte for byte")
    func readOnly() async throws {
        let corpus = try await RecordedCorpus(seed: 2, requests: 20)
        let before = try Data(contentsOf: URL(fileURLWithPath: corpus.path))
        let reader = try CorpusReader(path: corpus.path)
        #expect(try reader.verify().isIntact)
        try reader.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: corpus.path)) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: corpus.folder.path).count == 1)
    }

    @Test("names the block whose bytes were changed")
    func damagedBlock() async throws {
        let corpus = try await RecordedCorpus(seed: 3, requests: 20)
        try await DatabaseQueue(path: corpus.path).write {
            try $0.execute(
                sql: """
                    UPDATE blocks SET data = zeroblob(length(data)), last_arrival_ns = 1500000000,
                        first_arrival_ns = 1000000000
                    """
            )
        }
        let reader = try CorpusReader(path: corpus.path)
        let problems = try reader.verify().problems
        #expect(problems.contains { $0.contains("does not match its checksum") })
        let range = "1 to 20, received 1970-01-01T00:00:01.000Z to 1970-01-01T00:00:01.500Z"
        #expect(problems.contains { $0.contains(range) })
        #expect(throws: CorpusError.self) { try reader.forEachRequest { _, _ in } }
    }

    @Test("reports rows that disagree with the blocks")
    func damagedRows() async throws {
        let corpus = try await RecordedCorpus(seed: 4, requests: 20)
        try await DatabaseQueue(path: corpus.path).write {
            try $0.execute(sql: "UPDATE requests SET arrival_ns = arrival_ns + 1 WHERE id = 3")
            try $0.execute(sql: "DELETE FROM spans WHERE trace = (SELECT max(trace) FROM spans)")
            try $0.execute(sql: "UPDATE trace_ids SET anchor_ns = anchor_ns + 1 WHERE id = 1")
        }
        let problems = try CorpusReader(path: corpus.path).verify().problems
        #expect(problems.contains { $0.contains("export request 3 is not what its row says") })
        #expect(problems.contains { $0.contains("spans has") })
        #expect(problems.contains { $0.contains("has another anchor than its row") })
    }

    @Test("answers a truncated or bit-flipped file with an error, never a trap", arguments: 1...40)
    func damagedFile(seed: Int) async throws {
        let corpus = try await RecordedCorpus(seed: 5, requests: 15)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: corpus.path))
        var random = SeededGenerator(seed: UInt64(seed))
        if seed.isMultiple(of: 4) {
            bytes.removeLast(.random(in: 1..<bytes.count, using: &random))
        } else {
            for _ in 0..<60 {
                let place = Int.random(in: 100..<bytes.count, using: &random)
                bytes[place] ^= UInt8(1) << UInt8.random(in: 0...7, using: &random)
            }
        }
        try bytes.write(to: URL(fileURLWithPath: corpus.path))
        do {
            let reader = try CorpusReader(path: corpus.path)
            let verification = try reader.verify()
            // A flipped bit may have hit an unused byte of a page.
            #expect(!verification.isIntact || !seed.isMultiple(of: 4))
            try reader.forEachRequest { _, _ in }
        } catch is CorpusError {
            return
        }
    }
}
