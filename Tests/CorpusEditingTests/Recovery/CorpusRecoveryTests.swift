import CorpusEditing
import CorpusStore
import Foundation
import GRDB
import OTLP
import TestSupport
import Testing

@Suite("Recovering a damaged corpus")
struct CorpusRecoveryTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func recover(_ path: String) async throws -> (RecoveryResult, CorpusContents) {
        let out = folder.file("saved.db")
        let result = try await CorpusRecovery.run(
            path,
            into: NewCorpus(path: out, replacesExisting: true),
            progress: EditingProgress()
        )
        #expect(try CorpusReader(path: out).verify().problems == [])
        return (result, try CorpusContents(out))
    }

    @Test("saves every block that was not touched", arguments: 1...10)
    func damages(seed: UInt64) async throws {
        let corpus = try await RecordedCorpus(seed: 60, requests: 150, blockBytes: 4_000)
        let before = try CorpusContents(corpus.path)
        let blocks = try BlockPages.all(in: corpus.path)
        var damage = try SeededDamage(corpus.path, seed: seed)
        try damage.apply()
        let (result, saved) = try await recover(corpus.path)

        let numbers = try saved.payloads.map { payload in
            try #require(before.payloads.firstIndex(of: payload)) + 1
        }
        #expect(numbers == Set(numbers).sorted())
        #expect(saved.arrivals == numbers.map { before.arrivals[$0 - 1] })
        for block in blocks where !damage.touched.overlaps(block.bytes) {
            #expect(Set(block.numbers).isSubset(of: numbers), "\(block.numbers)")
        }
        let told = result.losses.flatMap { Array($0.numbers) }.map(Int.init)
        let known = 1...max(1, Int(result.lastNumber))
        #expect(known.filter { !numbers.contains($0) && !told.contains($0) } == [])
        #expect(told.filter(numbers.contains) == [])
        if result.isWhole { #expect(numbers.count == before.payloads.count) }
    }

    @Test("says which requests are lost, of which signal, and when they arrived")
    func losses() async throws {
        let corpus = try await RecordedCorpus(seed: 61, requests: 40, blockBytes: 9_000)
        var lost: [RequestListing] = []
        let count = try corpus.damageFirstBlock()
        try CorpusReader(path: corpus.path).forEachListing { lost.append($0) }
        lost = Array(lost.prefix(count))
        let (result, saved) = try await recover(corpus.path)
        #expect(saved.payloads.count == 40 - count)
        #expect(!result.isWhole && result.isEndKnown && result.isDescribed)
        let loss = try #require(result.losses.first)
        #expect(result.losses.count == 1)
        #expect(loss.numbers == 1...Int64(count))
        #expect(loss.from == lost.map(\.arrival).min() && loss.until == lost.map(\.arrival).max())
        for signal in Signal.allCases {
            #expect(loss.requests[signal] ?? 0 == lost.count { $0.signal == signal })
        }
        #expect(try !CorpusReader(path: folder.file("saved.db")).recording.isComplete)
    }

    @Test("loses nothing where a block has the number of another one")
    func wrongNumber() async throws {
        let corpus = try await RecordedCorpus(seed: 62, requests: 60, blockBytes: 4_000)
        let before = try CorpusContents(corpus.path)
        let database = try DatabaseQueue(path: corpus.path)
        try await database.writeWithoutTransaction { database in
            // Neither are there rows that say whose number it is.
            try database.execute(
                sql: """
                    DROP INDEX blocks_by_first_request;
                    DELETE FROM requests WHERE id < 40;
                    UPDATE blocks SET first_request = (SELECT first_request FROM blocks WHERE id = 3)
                        WHERE id = 6
                    """
            )
        }
        try database.close()
        let (result, saved) = try await recover(corpus.path)
        #expect(saved == before)
        #expect(result.isWhole && result.matchesDigest == true)
    }

    @Test("saves nothing of a damaged block that its row contradicts")
    func contradiction() async throws {
        let corpus = try await RecordedCorpus(seed: 69, requests: 60, blockBytes: 9_000)
        let before = try CorpusContents(corpus.path)
        let database = try DatabaseQueue(path: corpus.path)
        let count = try await database.write { database in
            try database.execute(
                sql: """
                    UPDATE blocks SET crc32 = crc32 + 1 WHERE first_request = 1;
                    UPDATE requests SET arrival_ns = arrival_ns + 1 WHERE id = 2;
                    UPDATE requests SET signal = signal % 3 + 1 WHERE id = 4
                    """
            )
            return try Int.fetchOne(
                database,
                sql: "SELECT request_count FROM blocks WHERE first_request = 1"
            )
        }
        try database.close()
        try #require(try #require(count) > 4)
        let (result, saved) = try await recover(corpus.path)
        let kept = (1...60).filter { $0 != 2 && $0 != 4 }
        #expect(saved.payloads == kept.map { before.payloads[$0 - 1] })
        #expect(saved.arrivals == kept.map { before.arrivals[$0 - 1] })
        #expect(result.losses.map(\.numbers) == [2...2, 4...4])
    }

    @Test("doesn't take a damaged number for that of a request after the last one")
    func damagedRowNumber() async throws {
        let corpus = try await RecordedCorpus(seed: 70, requests: 40, blockBytes: 4_000)
        let count = try corpus.damageFirstBlock()
        let database = try DatabaseQueue(path: corpus.path)
        try await database.writeWithoutTransaction { database in
            try database.execute(
                sql: "PRAGMA foreign_keys = OFF; UPDATE requests SET id = 50 WHERE id = 40"
            )
        }
        try database.close()
        let (result, saved) = try await recover(corpus.path)
        #expect(saved.payloads.count == 40 - count)
        #expect(result.losses.map(\.numbers) == [1...Int64(count)])
        #expect(result.lastNumber == 40)
    }

    @Test("knows that it can't know what came after the last block that is left")
    func truncated() async throws {
        let corpus = try await RecordedCorpus(seed: 63, requests: 200, blockBytes: 4_000)
        let before = try CorpusContents(corpus.path)
        try corpus.truncate()
        let (result, saved) = try await recover(corpus.path)
        #expect(saved.payloads.count < 200)
        #expect(saved.payloads.allSatisfy(before.payloads.contains))
        #expect(!result.isEndKnown && !result.isWhole)
    }

    /// What may be wrong with the file of a recorder that was killed; its log is whole.
    enum BesideLog: CaseIterable {
        case nothing, header, everything
    }

    @Test("saves what is in the write-ahead log alone", arguments: BesideLog.allCases)
    func log(damage: BesideLog) async throws {
        let live = folder.file("live.db")
        let writer = try CorpusWriter(.init(path: live, blockBytes: 1 << 20), clock: WallClock())
        var generator = TelemetryGenerator(seed: 64)
        var payloads: [[UInt8]] = []
        for _ in 0..<30 {
            let request = try generator.next()
            payloads.append(request.payload)
            try await writer.accept(request)
        }
        // As a kill would leave it.
        let path = folder.file("killed.db")
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: live + suffix, toPath: path + suffix)
        }
        _ = try await writer.finish()
        try FileManager.default.copyItem(atPath: path + "-wal", toPath: path + ".log")
        switch damage {
        case .nothing: break
        case .header:
            try SeededDamage.overwrite(path, at: 0, with: [UInt8](repeating: 0, count: 100))
        case .everything: try Data().write(to: URL(fileURLWithPath: path))
        }
        let (result, saved) = try await recover(path)
        #expect(saved.payloads == payloads)
        #expect(result.losses == [])
        #expect(result.isWhole == (damage != .everything))
        #expect(FileManager.default.contentsEqual(atPath: path + "-wal", andPath: path + ".log"))
    }

    @Test("goes past damaged frames of the log", arguments: [0, 7])
    func damagedLog(filling: UInt8) async throws {
        let live = folder.file("live.db")
        let writer = try CorpusWriter(.init(path: live, blockBytes: 1 << 20), clock: WallClock())
        var generator = TelemetryGenerator(seed: 65)
        for _ in 0..<20 { try await writer.accept(generator.next()) }
        let path = folder.file("killed.db")
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: live + suffix, toPath: path + suffix)
        }
        _ = try await writer.finish()
        // The log's header and its first frame's; SQLite takes nothing of such a log.
        try SeededDamage.overwrite(
            path + "-wal",
            at: 0,
            with: [UInt8](repeating: filling, count: 56)
        )
        let (result, saved) = try await recover(path)
        #expect(saved.payloads.count == 20)
        #expect(!result.isEndKnown)
    }

    @Test("tells a log's frames from each other where the first ones are gone", arguments: [3, 12])
    func emptiedLog(frames: Int) async throws {
        let live = folder.file("live.db")
        let writer = try CorpusWriter(.init(path: live, blockBytes: 1 << 20), clock: WallClock())
        var generator = TelemetryGenerator(seed: 68)
        for _ in 0..<20 { try await writer.accept(generator.next()) }
        let path = folder.file("killed.db")
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: live + suffix, toPath: path + suffix)
        }
        _ = try await writer.finish()
        let frameBytes = 24 + 8_192
        try SeededDamage.overwrite(
            path + "-wal",
            at: 0,
            with: [UInt8](repeating: 0, count: 32 + frames * frameBytes)
        )
        let (result, saved) = try await recover(path)
        #expect(saved.payloads.count >= 10)
        #expect(!result.isEndKnown)
    }

    @Test("goes without a log that is cut off before its first frame", arguments: [0, 10, 40])
    func cutLog(byteCount: Int) async throws {
        let corpus = try await RecordedCorpus(seed: 67, requests: 10, blockBytes: 4_000)
        let before = try CorpusContents(corpus.path)
        let log = [UInt8](repeating: 7, count: byteCount)
        try Data(log).write(to: URL(fileURLWithPath: corpus.path + "-wal"))
        let (result, saved) = try await recover(corpus.path)
        #expect(saved == before)
        #expect(result.isWhole)
    }

    @Test("makes no file where nothing can be saved")
    func nothing() async throws {
        let corpus = try await RecordedCorpus(seed: 66, requests: 10, blockBytes: 1)
        try corpus.damageBlocks()
        for path in [corpus.path, try folder.write([], to: "empty")] {
            await #expect(throws: EditingError.nothingToRecover(path: path)) {
                try await recover(path)
            }
        }
        await #expect(throws: CorpusError.self) { try await recover(folder.path) }
        #expect(try folder.names == ["empty"])
    }
}
