import Foundation
import GRDB
public import OTLP

/// Reads a corpus; never writes to it.
///
/// Of a recording that goes on meanwhile it reads what there was when it was opened: until it is
/// closed, the recorder's log keeps that.
public final class CorpusReader: Sendable {
    /// The file.
    public let path: String
    /// When and how it was recorded.
    public let recording: Recording
    let database: DatabaseQueue

    /// Opens a corpus.
    /// - Throws: ``CorpusError`` when there is none at the path, or one of a later format.
    public init(path: String) throws(CorpusError) {
        self.path = path
        database = try Self.open(path)
        recording = try CorpusError.wrapping(path) { [database] in
            try database.unsafeRead { database in
                // Blocks of a recording that goes on become others, under the same numbers, too.
                try database.beginTransaction(.deferred)
                guard let row = try Row.fetchOne(database, sql: "SELECT * FROM recording") else {
                    throw CorpusError.notACorpus(path: path, reason: "it describes no recording")
                }
                let recording = try Recording(
                    started: Timestamp(stored: row.decode(forColumn: "started_ns")),
                    ended: row.decode(Int64?.self, forColumn: "ended_ns").map {
                        Timestamp(stored: $0)
                    },
                    isComplete: row.decode(forColumn: "complete"),
                    index: ItemIndex(rawValue: row.decode(forColumn: "indexed")) ?? .none,
                    settings: Self.settings(row.decode(forColumn: "settings")),
                    digest: row.decode(forColumn: "digest")
                )
                if recording.isComplete { try database.rollback() }
                return recording
            }
        }
    }

    private static func open(_ path: String) throws(CorpusError) -> DatabaseQueue {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .missing(path: path)
        }
        guard !isDirectory.boolValue else {
            throw .notACorpus(path: path, reason: "it is a folder")
        }
        return try CorpusError.wrapping(path) {
            var options = GRDB.Configuration()
            options.readonly = true
            options.allowsUnsafeTransactions = true
            options.label = "corpus"
            let database = try DatabaseQueue(path: path, configuration: options)
            try database.read { database in
                let application = try Int.fetchOne(database, sql: "PRAGMA application_id")
                guard application == CorpusSchema.applicationID else {
                    throw CorpusError.notACorpus(
                        path: path,
                        reason: "it is a SQLite database of another program"
                    )
                }
                let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
                guard version <= CorpusSchema.version else {
                    throw CorpusError.newerFormat(
                        path: path,
                        found: version,
                        supported: CorpusSchema.version
                    )
                }
            }
            return database
        }
    }

    /// Settings that this version can't read are left out rather than keep the corpus from being read.
    private static func settings(_ json: String) -> RecordingSettings {
        (try? JSONDecoder().decode(RecordingSettings.self, from: Data(json.utf8))) ?? [:]
    }

    /// Closes the file, so that whatever reads from it afterwards fails.
    public func close() throws(CorpusError) {
        try CorpusError.wrapping(path) { try database.close() }
    }

    // MARK: Blocks

    /// The corpus's blocks, in the order of their requests.
    /// - Throws: ``CorpusError`` when the file can't be read.
    public func blocks() throws(CorpusError) -> [BlockSummary] {
        try CorpusError.wrapping(path) {
            try database.read { database in
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT id, first_request, request_count, first_arrival_ns,
                            last_arrival_ns, payload_bytes, latest_ns FROM blocks ORDER BY first_request
                        """
                ).map { row in
                    try BlockSummary(
                        id: row.decode(atIndex: 0),
                        firstRequest: row.decode(atIndex: 1),
                        requestCount: row.decode(atIndex: 2),
                        firstArrival: Timestamp(stored: row.decode(atIndex: 3)),
                        lastArrival: Timestamp(stored: row.decode(atIndex: 4)),
                        payloadBytes: row.decode(atIndex: 5),
                        latestTime: Timestamp(stored: row.decode(atIndex: 6))
                    )
                }
            }
        }
    }

    /// Reads, checks and inflates a block, whose timestamps are to be moved as `mapping` says and
    /// whose ids are to be renamed as `ids` says.
    ///
    /// No interval of a data point begins before `pointsBegin`, an instant of the recording, if it is
    /// given. A point whose start was earlier starts then: a cumulative series is reset there, a delta
    /// series leaves no interval before. A point that itself lies earlier becomes an empty interval,
    /// its start its time. Starts that are unset stay so.
    ///
    /// Blocks the calling thread: about 1 ms a megabyte of payload.
    /// - Throws: ``CorpusError`` when the file can't be read or the block is damaged.
    public func contents(
        of block: BlockSummary,
        mapping: TimestampMapping,
        ids: IdentifierMapping = .keep,
        pointsBegin: Timestamp? = nil
    ) throws(CorpusError) -> BlockContents {
        let (data, checksums): ([UInt8], [UInt32]) = try CorpusError.wrapping(path) {
            try database.read { database in
                let data = try storedBlock(block, in: database)
                return (data, try skeletonChecksums(of: block, in: database))
            }
        }
        do throws(CodecError) {
            return BlockContents(
                summary: block,
                path: path,
                decoder: try BlockDecoder(
                    data,
                    mapping: mapping,
                    ids: ids,
                    pointsBegin: pointsBegin
                ),
                checksums: checksums
            )
        } catch {
            throw damage(block, error.description)
        }
    }

    private func storedBlock(_ block: BlockSummary, in database: Database) throws -> [UInt8] {
        let statement = try database.cachedStatement(
            sql: "SELECT crc32, data FROM blocks WHERE id = ?"
        )
        let row = try Row.fetchOne(statement, arguments: [block.id])
        guard let row else { throw damage(block, "it is not in the file") }
        let crc32: UInt32 = try row.decode(atIndex: 0)
        let bytes = [UInt8](try row.decode(Data.self, atIndex: 1))
        guard bytes.withUnsafeBytes({ Compression.crc32($0) }) == crc32 else {
            throw damage(block, "it does not match its checksum")
        }
        return bytes
    }

    private func skeletonChecksums(of block: BlockSummary, in database: Database) throws -> [UInt32]
    {
        let statement = try database.cachedStatement(
            sql: "SELECT skeleton_crc32 FROM requests WHERE id >= ? AND id < ? ORDER BY id"
        )
        let checksums = try UInt32.fetchAll(
            statement,
            arguments: [block.firstRequest, block.nextRequest]
        )
        guard checksums.count == block.requestCount else {
            throw damage(block, "its export requests are not all listed")
        }
        return checksums
    }

    func damage(_ block: BlockSummary, _ reason: String) -> CorpusError {
        .damagedBlock(path: path, block: block, reason: reason)
    }

    // MARK: Requests

    /// Calls `body` with the number and the exact bytes of every export request, in their order;
    /// each is checked against its SHA-256 first.
    ///
    /// - Throws: ``CorpusError`` when the file is damaged; what `body` throws.
    public func forEachRequest(_ body: (Int64, ExportRequest) throws -> Void) throws {
        var cursor = try RequestCursor(self)
        while let (number, request) = try cursor.next() { try body(number, request) }
    }
}

extension CorpusReader {
    /// What the corpus holds, counted from its rows.
    /// - Throws: ``CorpusError`` when the file can't be read.
    public func totals() throws(CorpusError) -> CorpusTotals {
        try CorpusError.wrapping(path) {
            try database.read { database in
                var totals = CorpusTotals()
                let rows = try Row.fetchAll(
                    database,
                    sql: """
                        SELECT signal, count(*), sum(items), sum(payload_bytes), sum(json_bytes)
                        FROM requests GROUP BY signal
                        """
                )
                for row in rows {
                    guard let signal = Signal(code: try row.decode(atIndex: 0)) else { continue }
                    totals[signal].requests = try row.decode(atIndex: 1)
                    totals[signal].items = try row.decode(atIndex: 2)
                    totals[signal].payloadBytes = try row.decode(atIndex: 3)
                    totals.jsonBytes += try row.decode(Int.self, atIndex: 4)
                }
                totals.blockBytes =
                    try Int.fetchOne(
                        database,
                        sql: "SELECT coalesce(sum(length(data)), 0) FROM blocks"
                    ) ?? 0
                totals.fileBytes =
                    try Int.fetchOne(
                        database,
                        sql:
                            "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
                    ) ?? 0
                totals.digest = recording.digest
                return totals
            }
        }
    }
}
