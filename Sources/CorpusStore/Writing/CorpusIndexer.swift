import Foundation
import GRDB
import OTLP

/// Fills the item tables of a corpus that was recorded without them, from its blocks alone.
public enum CorpusIndexer {
    /// Adds the rows of all spans, or of all items, and the indexes over them, in one transaction.
    ///
    /// The result is what a recording with that index would have come to. Takes about 20 ms a
    /// megabyte of payload; `onProgress` is told how many blocks of how many are done.
    /// - Throws: ``CorpusError`` when the corpus can't be read or written, or has rows already, in
    ///   which case it stays as it was.
    public static func index(
        corpusAt path: String,
        items index: ItemIndex,
        onProgress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(CorpusError) {
        let reader = try CorpusReader(path: path)
        let blocks = try reader.blocks()
        try CorpusError.wrapping(path) {
            var options = GRDB.Configuration()
            options.foreignKeysEnabled = false
            let database = try DatabaseQueue(path: path, configuration: options)
            try database.writeWithoutTransaction { database in
                // So that the blocks can be read while the rows are added.
                try database.execute(sql: "PRAGMA journal_mode = WAL")
                try database.inTransaction {
                    try checkIsEmpty(path, in: database)
                    try fill(database, from: reader, blocks, index, onProgress)
                    return .commit
                }
            }
            try reader.close()
            try database.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                try database.execute(sql: "PRAGMA journal_mode = DELETE")
            }
            try database.close()
        }
    }

    private static func checkIsEmpty(_ path: String, in database: Database) throws {
        let sql = "SELECT indexed FROM recording WHERE EXISTS (SELECT * FROM blocks WHERE indexed)"
        if let found = try String.fetchOne(database, sql: sql) {
            throw CorpusError.indexed(path: path, found: found)
        }
    }

    private static func fill(
        _ database: Database,
        from reader: CorpusReader,
        _ blocks: [BlockSummary],
        _ index: ItemIndex,
        _ onProgress: (Int, Int) -> Void
    ) throws {
        try database.execute(sql: CorpusSchema.indexes[0])
        let anchors = try AnchorLookup(in: database)
        var tables = ItemTables(index: index, started: reader.recording.started)
        for (place, block) in blocks.enumerated() {
            try tables.insert(
                try requests(of: block, reader, anchors, in: database),
                firstRequest: block.firstRequest,
                in: database
            )
            try database.execute(
                sql: "UPDATE blocks SET indexed = ? WHERE id = ?",
                arguments: [index != .none, block.id]
            )
            onProgress(place + 1, blocks.count)
        }
        if index != .none {
            for sql in CorpusSchema.indexes { try database.execute(sql: sql) }
        }
        try database.execute(
            sql: "UPDATE recording SET indexed = ?",
            arguments: [index.rawValue]
        )
    }

    private static func requests(
        of block: BlockSummary,
        _ reader: CorpusReader,
        _ anchors: AnchorLookup,
        in database: Database
    ) throws -> [RequestItems] {
        var contents = try reader.contents(of: block, mapping: .keep)
        var requests: [RequestItems] = []
        while let (_, request) = try contents.nextRequest() {
            let scan = try RequestScan(request.signal, payload: request.payload)
            let traces = RequestTraces(request, scan: scan)
            requests.append(
                RequestItems(
                    request: request,
                    scan: scan,
                    traceOfItem: traces.traceOfItem,
                    traces: try traces.traces.map { trace in
                        guard let entry = try anchors.entry(of: trace.id.data, in: database) else {
                            throw reader.damage(block, "one of its traces is not listed")
                        }
                        return entry
                    }
                )
            )
        }
        return requests
    }
}
