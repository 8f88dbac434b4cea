import Foundation
import GRDB
import OTLP
import Synchronization

/// The SQLite file that a ``CorpusWriter`` fills: commits batches, seals blocks, completes the file.
///
/// Whoever calls ``commit(_:)`` or ``finish()`` waits for its end before the next call.
final class CorpusFile: Sendable {
    struct State {
        var anchors = TraceAnchors()
        var block: OpenBlock
        /// What is to be sealed or is being sealed, if anything.
        var sealing: Sealing?
        var backlog = RowBacklog()
        var totals = CorpusTotals()
        var sealedBytes = 0
        /// Of the small blocks that are not in ``sealing``.
        var openBytes = 0

        /// Has a sealing begun when `plan` finds enough for one, unless there is one already.
        mutating func prepareSealing(_ plan: (inout OpenBlock) -> OpenBlock.Plan?) {
            guard sealing == nil, let plan = plan(&block) else { return }
            sealing = Sealing(plan: plan, openBytes: openBytes)
            openBytes = 0
        }

        /// Counts blocks that were written, whose items may be to get rows.
        mutating func count(_ blocks: [EncodedBlock], getRows: Bool) {
            for block in blocks {
                if block.run.isSealed {
                    sealedBytes += block.data.count
                    if getRows { backlog.add(block.run) }
                } else {
                    openBytes += block.data.count
                }
            }
            totals.blockBytes = sealedBytes + openBytes + (sealing?.openBytes ?? 0)
        }
    }

    /// Small blocks that become full ones.
    struct Sealing {
        let plan: OpenBlock.Plan
        let openBytes: Int
        var isRunning = false
    }

    // So many rows take two or three milliseconds.
    private static let fewestRows = 512

    let path: String
    let index: ItemIndex
    let clock: WallClock
    let database: DatabaseQueue
    let space: DiskSpace
    let state: Mutex<State>
    /// Apart from the rest, which is needed while rows are added.
    private let tables: Mutex<ItemTables>
    private let publicTotals = Mutex(CorpusTotals())

    init(
        creating configuration: CorpusWriter.Configuration,
        clock: WallClock,
        space: DiskSpace
    ) throws(CorpusError) {
        let started = clock.now
        path = configuration.path
        index = configuration.index
        self.clock = clock
        self.space = space
        state = Mutex(State(block: OpenBlock(targetBytes: configuration.blockBytes)))
        tables = Mutex(ItemTables(index: configuration.index, started: started))
        database = try Self.create(configuration, started: started)
    }

    /// A file that comes to be in one go: without a log, since it is of no use until it is whole.
    init(
        building configuration: CorpusWriter.Configuration,
        started: Timestamp
    ) throws(CorpusError) {
        path = configuration.path
        index = configuration.index
        clock = WallClock()
        space = DiskSpace(path: configuration.path)
        state = Mutex(State(block: OpenBlock(targetBytes: configuration.blockBytes)))
        tables = Mutex(ItemTables(index: configuration.index, started: started))
        database = try Self.create(configuration, started: started, isLogged: false)
    }

    /// Counts of what is committed.
    var totals: CorpusTotals { publicTotals.withLock { $0 } }

    /// Makes the present counts known.
    func publish() {
        let totals = state.withLock { $0.totals }
        publicTotals.withLock { $0 = totals }
    }

    // MARK: Creating

    private static func create(
        _ configuration: CorpusWriter.Configuration,
        started: Timestamp,
        isLogged: Bool = true
    ) throws(CorpusError) -> DatabaseQueue {
        let path = configuration.path
        try makeRoom(at: path, replacing: configuration.replacesExisting)
        return try CorpusError.wrapping(path) {
            var options = GRDB.Configuration()
            // Every reference is one that this writer has just looked up; --verify checks them.
            options.foreignKeysEnabled = false
            // Whoever looks into the corpus meanwhile locks it for an instant.
            options.busyMode = .timeout(5)
            options.label = "corpus"
            let database = try DatabaseQueue(path: path, configuration: options)
            try database.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA page_size = 8192")
                if isLogged {
                    try database.execute(sql: "PRAGMA journal_mode = WAL")
                    try database.execute(sql: "PRAGMA synchronous = FULL")
                } else {
                    try database.execute(sql: "PRAGMA journal_mode = OFF")
                    try database.execute(sql: "PRAGMA synchronous = OFF")
                    try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
                }
                // Enough for the edges of the tables, where all rows are added.
                try database.execute(sql: "PRAGMA cache_size = -8192")
                try database.execute(sql: "PRAGMA journal_size_limit = 16777216")
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
                        INSERT INTO recording (id, started_ns, complete, indexed, settings)
                        VALUES (1, ?, 0, ?, ?)
                        """,
                    arguments: [
                        started.stored, configuration.index.rawValue,
                        try settings(configuration.settings),
                    ]
                )
                try database.execute(
                    sql: "INSERT INTO trace_ids (id, trace_id, anchor_ns) VALUES (0, x'', ?)",
                    arguments: [started.stored]
                )
            }
            return database
        }
    }

    static func settings(_ settings: RecordingSettings) throws -> String {
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
    ///
    /// Some rows of items in full blocks are added while the new requests are encoded, so that both
    /// cores have work: of twice as many items as come in, so that none fall behind.
    /// - Returns: why it could not be done, in which case nothing was.
    func commit(_ batch: [PreparedRequest]) async -> CorpusError? {
        let ordered = batch.sorted { $0.request.arrival < $1.request.arrival }
        var block = state.withLock { $0.block }
        let firstRequest = block.nextRequest
        do {
            let placed = try await place(ordered)
            let rows = max(Self.fewestRows, 2 * placed.itemCount)
            let plan = block.append(placed)
            async let indexing: Void = onDatabase { [self] in try addRows(items: rows, in: $0) }
            // Away from the thread that SQLite works on, and on all cores.
            let blocks = try await EncodedBlock.encode(plan.runs)
            try await indexing
            let accepted = block
            try await onDatabase { [self] database in
                try makeRoom(for: blocks, placed, in: database)
                try database.inTransaction {
                    try insert(ordered, firstRequest: firstRequest, in: database)
                    try write(blocks, replacing: plan.replaced, in: database)
                    return .commit
                }
                state.withLock { state in
                    state.anchors.committed()
                    state.block = accepted
                    if plan.replaced != nil { state.openBytes = 0 }
                    state.totals.add(ordered)
                    state.count(blocks, getRows: index != .none)
                    state.prepareSealing { $0.sealFull() }
                    publicTotals.withLock { $0 = state.totals }
                }
            }
            return nil
        } catch {
            // What is remembered may speak of rows that were rolled back.
            state.withLock { $0.anchors.rolledBack() }
            return CorpusError(error, path: path)
        }
    }

    /// Makes full blocks of the small ones when there are enough, while commits go on.
    ///
    /// Where it can't be done, the requests stay in small blocks until the next time.
    func sealFullBlocks() async {
        let plan: OpenBlock.Plan? = state.withLock { state in
            guard state.sealing?.isRunning == false else { return nil }
            state.sealing?.isRunning = true
            return state.sealing?.plan
        }
        guard let plan else { return }
        do {
            let blocks = try await EncodedBlock.encode(plan.runs)
            try await onDatabase { [self] database in
                try makeRoom(for: blocks, [], in: database)
                try seal(blocks, of: plan, in: database)
            }
        } catch {
            state.withLock { $0.sealing?.isRunning = false }
        }
    }

    /// Writes the full blocks that become of small ones.
    func seal(_ blocks: [EncodedBlock], of plan: OpenBlock.Plan, in database: Database) throws {
        try database.inTransaction {
            try write(blocks, replacing: plan.replaced, in: database)
            return .commit
        }
        state.withLock { state in
            state.sealing = nil
            state.count(blocks, getRows: index != .none)
            publicTotals.withLock { $0 = state.totals }
        }
    }

    /// Runs `body` on the thread that SQLite works on.
    ///
    /// GRDB's async methods would abandon a whole batch if the one task that commits it were
    /// cancelled, hence its older form.
    func onDatabase<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            database.asyncWriteWithoutTransaction { database in
                continuation.resume(with: Result { try body(database) })
            }
        }
    }

    /// Gives the traces of export requests their numbers and anchors.
    func place(_ batch: [PreparedRequest]) async throws -> [PlacedRequest] {
        @Sendable func place(in database: Database?) throws -> [PlacedRequest] {
            try state.withLock { state in
                try batch.map { prepared in
                    PlacedRequest(
                        prepared: prepared,
                        traces: try state.anchors.enter(
                            prepared.traces,
                            arrival: prepared.request.arrival,
                            in: database
                        )
                    )
                }
            }
        }
        let needsDatabase = state.withLock { $0.anchors.needsDatabase }
        return needsDatabase ? try await onDatabase(place) : try place(in: nil)
    }

    /// Makes sure that what is to be written leaves room to end the recording.
    private func makeRoom(
        for blocks: [EncodedBlock],
        _ batch: [PlacedRequest],
        in database: Database
    ) throws {
        let open = state.withLock { state in
            (
                bytes: state.openBytes + (state.sealing?.openBytes ?? 0),
                items: state.block.itemCount + (state.sealing?.plan.itemCount ?? 0)
                    + state.backlog.itemCount
            )
        }
        let items = open.items + batch.itemCount
        let bytes =
            blocks.reduce(0) { $0 + $1.data.count } + open.bytes + batch.count * 128
            + (index == .none ? 0 : items * 64) + 16 * 8_192
        if space.hasRoom(forChanging: bytes, logBytes: space.logBytes) { return }
        // The log may hold what is in the database by now.
        try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        guard space.hasRoom(forChanging: bytes, logBytes: space.logBytes) else {
            throw CorpusError.full(path: path)
        }
    }

    func insert(
        _ batch: [PreparedRequest],
        firstRequest: Int64,
        in database: Database
    ) throws {
        try state.withLock { try $0.anchors.write(in: database) }
        var insert = try SQLiteInsert(
            """
            INSERT INTO requests (id, signal, arrival_ns, payload_bytes, json_bytes, items,
                skeleton_crc32, protocol, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            in: database
        )
        for (place, prepared) in batch.enumerated() {
            insert.bind(firstRequest + Int64(place))
            insert.bind(Int64(prepared.request.signal.code))
            insert.bind(prepared.request.arrival.stored)
            insert.bind(Int64(prepared.request.payload.count))
            insert.bind(Int64(prepared.jsonBytes))
            insert.bind(Int64(prepared.scan.items.count))
            insert.bind(Int64(prepared.skeletonCRC32))
            if let code = prepared.request.transport.code {
                insert.bind(code)
            } else {
                insert.bindNull()
            }
            let isNew = try prepared.sha256.withUnsafeBytes { bytes in
                insert.bind(blob: bytes)
                return try insert.insert()
            }
            guard isNew else { throw DatabaseError(message: "a request was numbered twice") }
        }
    }

    /// Writes blocks.
    func write(
        _ blocks: [EncodedBlock],
        replacing replaced: Range<Int64>?,
        in database: Database
    ) throws {
        if let replaced {
            try database.execute(
                sql: "DELETE FROM blocks WHERE first_request >= ? AND first_request < ?",
                arguments: [replaced.lowerBound, replaced.upperBound]
            )
        }
        for block in blocks { try block.insert(in: database) }
    }

    /// Adds the rows of about that many items whose full blocks are committed.
    ///
    /// A power cut may lose them, with the note that they are there: they can be made again.
    func addRows(items: Int, in database: Database) throws {
        var left = items
        guard state.withLock({ !$0.backlog.isEmpty }) else { return }
        try database.execute(sql: "PRAGMA synchronous = NORMAL")
        let added = Result {
            while left > 0, let portion = state.withLock({ $0.backlog.next(items: left) }) {
                try database.inTransaction {
                    try addRows(of: portion, in: database)
                    return .commit
                }
                state.withLock { $0.backlog.remove(portion) }
                left -= portion.itemCount
            }
        }
        try database.execute(sql: "PRAGMA synchronous = FULL")
        do {
            try added.get()
        } catch {
            tables.withLock { $0.rolledBack() }
            throw error
        }
    }

    /// Adds the rows of the items of requests in a full block.
    func addRows(of portion: RowBacklog.Portion, in database: Database) throws {
        try tables.withLock {
            try $0.insert(
                portion.requests.lazy.map(\.items),
                firstRequest: portion.firstRequest,
                in: database
            )
        }
        guard let block = portion.completedBlock else { return }
        try database.execute(
            sql: "UPDATE blocks SET indexed = 1 WHERE first_request = ?",
            arguments: [block]
        )
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
