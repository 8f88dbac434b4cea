import Foundation
import GRDB
import OTLP
import Synchronization

/// The SQLite file that a ``CorpusWriter`` fills: commits batches, seals blocks, completes the file.
final class CorpusFile: Sendable {
    private struct State {
        var tables = ItemTables()
        var anchors = TraceAnchors()
        var blocks: OpenBlock
        var totals = CorpusTotals()
        var nextRequest: Int64 = 1
    }

    private let path: String
    private let database: DatabaseQueue
    private let index: ItemIndex
    private let clock: WallClock
    private let state: Mutex<State>
    private let publicTotals = Mutex(CorpusTotals())

    init(
        creating configuration: CorpusWriter.Configuration,
        clock: WallClock
    ) throws(CorpusError) {
        path = configuration.path
        index = configuration.index
        self.clock = clock
        state = Mutex(State(blocks: OpenBlock(targetBytes: configuration.blockBytes)))
        database = try Self.create(configuration, started: clock.now)
    }

    /// Counts of what is committed.
    var totals: CorpusTotals { publicTotals.withLock { $0 } }

    // MARK: Creating

    private static func create(
        _ configuration: CorpusWriter.Configuration,
        started: Timestamp
    ) throws(CorpusError) -> DatabaseQueue {
        let path = configuration.path
        try makeRoom(at: path, replacing: configuration.replacesExisting)
        return try CorpusError.wrapping(path) {
            var options = GRDB.Configuration()
            // Every reference is one that this writer has just looked up; --verify checks them.
            options.foreignKeysEnabled = false
            options.label = "corpus"
            let database = try DatabaseQueue(path: path, configuration: options)
            try database.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA page_size = 8192")
                try database.execute(sql: "PRAGMA journal_mode = WAL")
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            try database.write { database in
                try database.execute(
                    sql: "PRAGMA application_id = \(CorpusSchema.applicationID)"
                )
                try database.execute(sql: "PRAGMA user_version = \(CorpusSchema.version)")
                try database.execute(sql: CorpusSchema.tables)
                try database.execute(sql: CorpusSchema.views)
                try database.execute(
                    sql: """
                        INSERT INTO recording (id, started_ns, complete, settings)
                        VALUES (1, ?, 0, ?)
                        """,
                    arguments: [started.stored, try settings(configuration.settings)]
                )
            }
            return database
        }
    }

    private static func settings(_ settings: RecordingSettings) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(settings), as: UTF8.self)
    }

    /// Refuses a path that is taken, or clears it; never touches a directory or a device.
    private static func makeRoom(at path: String, replacing: Bool) throws(CorpusError) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            guard FileManager.default.fileExists(atPath: folder) else {
                throw .cannotCreate(path: path, reason: "there is no folder \(folder)")
            }
            return
        }
        guard !isDirectory.boolValue else {
            throw .cannotCreate(path: path, reason: "it is a folder")
        }
        guard replacing else { throw .exists(path: path) }
        do {
            for suffix in ["", "-wal", "-shm", "-journal"]
            where FileManager.default.fileExists(atPath: path + suffix) {
                try FileManager.default.removeItem(atPath: path + suffix)
            }
        } catch {
            throw .cannotCreate(path: path, reason: "the old file can't be removed")
        }
    }

    // MARK: Committing

    /// Commits export requests in one transaction.
    /// - Returns: why it could not be done, in which case nothing was.
    func commit(_ batch: [PreparedRequest]) async -> CorpusError? {
        // GRDB's async methods would abandon the whole batch if the one task that commits it were
        // cancelled, hence its older form.
        await withCheckedContinuation { continuation in
            database.asyncWrite { [self] database in
                try state.withLock { try append(batch, to: database, &$0) }
            } completion: { [self] _, result in
                switch result {
                case .success:
                    continuation.resume(returning: nil)
                case .failure(let error):
                    // The caches may speak of rows that were rolled back.
                    state.withLock {
                        $0.tables = ItemTables()
                        $0.anchors = TraceAnchors()
                    }
                    continuation.resume(returning: CorpusError(error, path: path))
                }
            }
        }
    }

    private func append(
        _ batch: [PreparedRequest],
        to database: Database,
        _ state: inout State
    ) throws {
        var totals = state.totals
        var blocks = state.blocks
        var next = state.nextRequest
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO requests (id, signal, arrival_ns, payload_bytes, json_bytes, items,
                    first_item, skeleton_crc32, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        let ordered = batch.sorted { $0.request.arrival < $1.request.arrival }
        for prepared in ordered {
            let request = prepared.request
            try state.anchors.enter(prepared.scan, of: request, in: database)
            let firstItem =
                index.contains(request.signal)
                ? try state.tables.insert(
                    request,
                    scan: prepared.scan,
                    traces: state.anchors,
                    in: database
                ) : nil
            try insert.execute(arguments: [
                next, request.signal.code, request.arrival.stored, request.payload.count,
                prepared.jsonBytes, prepared.scan.items.count, firstItem,
                prepared.skeletonCRC32, Data(prepared.sha256),
            ])
            next += 1
            totals[request.signal].requests += 1
            totals[request.signal].items += prepared.scan.items.count
            totals[request.signal].payloadBytes += request.payload.count
            totals.jsonBytes += prepared.jsonBytes
        }
        let anchors = state.anchors
        try blocks.append(ordered, firstRequest: state.nextRequest, in: database) { id in
            try anchors.anchor(of: id, in: database)
        }
        totals.blockBytes = blocks.storedBytes
        state.nextRequest = next
        state.blocks = blocks
        state.totals = totals
        publicTotals.withLock { $0 = totals }
    }

    // MARK: Completing

    /// Seals what is open, builds the indexes, and leaves one file in rollback-journal mode.
    func finish() async throws(CorpusError) -> CorpusTotals {
        let result: Result<CorpusTotals, CorpusError> = await withCheckedContinuation {
            continuation in
            database.asyncWriteWithoutTransaction { [self] database in
                do {
                    let totals = try state.withLock { try complete(database, &$0) }
                    continuation.resume(returning: .success(totals))
                } catch {
                    continuation.resume(returning: .failure(CorpusError(error, path: path)))
                }
            }
        }
        var totals = try result.get()
        try CorpusError.wrapping(path) { try database.close() }
        totals.fileBytes = Self.size(ofFile: path)
        return totals
    }

    private func complete(_ database: Database, _ state: inout State) throws -> CorpusTotals {
        try database.inTransaction {
            let anchors = state.anchors
            try state.blocks.seal(in: database) { id in
                try anchors.anchor(of: id, in: database)
            }
            try database.execute(sql: CorpusSchema.indexes)
            var digest = CorpusDigest()
            let rows = try Row.fetchCursor(
                database,
                sql: "SELECT signal, sha256 FROM requests ORDER BY id"
            )
            while let row = try rows.next() {
                guard let signal = Signal(code: try row.decode(atIndex: 0)) else { continue }
                digest.add(signal, sha256: try row.decode(Data.self, atIndex: 1))
            }
            state.totals.digest = digest.text
            state.totals.blockBytes = state.blocks.storedBytes
            try database.execute(
                sql: "UPDATE recording SET complete = 1, ended_ns = ?, digest = ?",
                arguments: [clock.now.stored, digest.text]
            )
            return .commit
        }
        try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        try database.execute(sql: "PRAGMA journal_mode = DELETE")
        return state.totals
    }

    private static func size(ofFile path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? Int) ?? 0
    }
}

extension Timestamp {
    /// As SQLite keeps it: the same 64 bits, signed.
    var stored: Int64 { Int64(bitPattern: unixNanoseconds) }

    /// An instant as SQLite keeps it.
    init(stored: Int64) {
        self.init(unixNanoseconds: UInt64(bitPattern: stored))
    }
}
