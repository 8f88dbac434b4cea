import Foundation
import GRDB
import OTLP
import Synchronization

extension CorpusFile {
    /// Seals what is open, builds the indexes, and leaves one file in rollback-journal mode; with its
    /// log where another program reads it.
    ///
    /// On a full disk it does as much of this as there is room for; each step leaves a corpus that
    /// can be read.
    /// - Throws: ``CorpusError/full(path:)`` when the corpus could not be completed for want of room.
    func finish() async throws(CorpusError) -> CorpusTotals {
        let result: Result<CorpusTotals, CorpusError>
        do {
            // What could not be sealed before, and the rest.
            for _ in 0..<2 { try await sealRest() }
            result = .success(try await onDatabase { [self] in try complete($0) })
        } catch {
            result = .failure(CorpusError(error, path: path))
        }
        try CorpusError.wrapping(path) { try database.close() }
        var totals = try result.get()
        totals.fileBytes = Self.size(ofFile: path)
        return totals
    }

    private func sealRest() async throws {
        let plan = state.withLock { state in
            state.prepareSealing { $0.seal() }
            return state.sealing?.plan
        }
        guard let plan else { return }
        let blocks = try await EncodedBlock.encode(plan.runs)
        try await onDatabase { [self] database in
            _ = try unlessFull { try seal(blocks, of: plan, in: database) }
        }
    }

    private func complete(_ database: Database) throws -> CorpusTotals {
        let hasRows = try unlessFull { try addRows(items: .max, in: database) }
        try unlessFull { try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        let hasIndexes = try hasRows && buildIndexes(in: database)
        let digest = try digest(in: database)
        try database.execute(
            sql: "UPDATE recording SET complete = 1, ended_ns = ?, digest = ?",
            arguments: [clock.now.stored, digest]
        )
        try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        do {
            try database.execute(sql: "PRAGMA journal_mode = DELETE")
        } catch DatabaseError.SQLITE_BUSY {
            // Another program has the corpus open. It is complete all the same.
        }
        return state.withLock { state in
            state.totals.digest = digest
            state.totals.lacksIndexes = !hasIndexes
            state.totals.needsLog = space.logBytes > 0
            return state.totals
        }
    }

    /// Builds the indexes, or leaves them out where the disk has no room for them.
    private func buildIndexes(in database: Database) throws -> Bool {
        let sql = index == .none ? Array(CorpusSchema.indexes.prefix(1)) : CorpusSchema.indexes
        let traces = try Int.fetchOne(database, sql: "SELECT max(id) FROM trace_ids") ?? 0
        let spans = index == .none ? 0 : totals.traces.items
        guard space.hasRoom(forChanging: traces * 80 + spans * 24, logBytes: 0) else {
            return false
        }
        return try unlessFull {
            try database.inTransaction {
                for statement in sql { try database.execute(sql: statement) }
                return .commit
            }
        }
    }

    func digest(in database: Database) throws -> String {
        var digest = CorpusDigest()
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT signal, sha256 FROM requests ORDER BY id"
        )
        while let row = try rows.next() {
            guard let signal = Signal(code: try row.decode(atIndex: 0)) else { continue }
            digest.add(signal, sha256: try row.decode(Data.self, atIndex: 1))
        }
        return digest.text
    }

    /// Does a step that the corpus can do without.
    /// - Returns: whether it was done.
    @discardableResult
    private func unlessFull(_ step: () throws -> Void) throws -> Bool {
        do {
            try step()
            return true
        } catch  where CorpusError(error, path: path) == .full(path: path) {
            return false
        }
    }

    static func size(ofFile path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? Int) ?? 0
    }
}
