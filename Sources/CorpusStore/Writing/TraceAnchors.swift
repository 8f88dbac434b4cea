import Foundation
import GRDB
import OTLP

/// Gives each trace its number and its anchor: the earliest timestamp in the first export request
/// that spoke of it.
///
/// The latest traces are kept in memory, two generations of them; what leaves memory goes to a
/// temporary table, so that a trace has the same anchor however long ago it began. That table is
/// asked only once there are such old traces, and is filled in bulk in the order of its key: an
/// index over random ids, kept up to date trace by trace, would touch a page for each.
struct TraceAnchors {
    /// What is known of a trace.
    struct Entry: Sendable {
        let number: Int64
        let anchorUnixNanoseconds: UInt64
    }

    private let generationLimit: Int
    private var young: [TraceID: Entry] = [:]
    private var old: [TraceID: Entry] = [:]
    /// On its way to the temporary table.
    private var leaving: [TraceID: Entry] = [:]
    private var nextNumber: Int64 = 1
    private var isSpilled = false
    private var entered: [(TraceID, Entry)] = []

    init(generationLimit: Int = 190_000) {
        self.generationLimit = generationLimit
    }

    /// Whether traces are looked up in the temporary table as well as in memory.
    var needsDatabase: Bool { isSpilled }

    /// Looks up the traces of an export request, entering those that are new.
    ///
    /// The database may be left out while it is not needed.
    mutating func enter(
        _ traces: RequestTraces,
        arrival: Timestamp,
        in database: Database?
    ) throws -> [Entry] {
        try traces.traces.map { trace in
            if let entry = young[trace.id] { return entry }
            let known = try old[trace.id] ?? leaving[trace.id] ?? spilled(trace.id, in: database)
            if let known {
                young[trace.id] = known
                return known
            }
            let earliest = trace.earliestUnixNanoseconds
            let entry = Entry(
                number: nextNumber,
                anchorUnixNanoseconds: earliest == 0 ? arrival.unixNanoseconds : earliest
            )
            nextNumber += 1
            young[trace.id] = entry
            entered.append((trace.id, entry))
            return entry
        }
    }

    /// Writes what was entered since the last commit.
    mutating func write(in database: Database) throws {
        var insert = try SQLiteInsert(
            "INSERT INTO trace_ids (id, trace_id, anchor_ns) VALUES (?, ?, ?)",
            in: database
        )
        for (id, entry) in entered {
            try withUnsafeBytes(of: (id.high, id.low)) { bytes in
                insert.bind(entry.number)
                insert.bind(blob: bytes)
                insert.bind(Int64(bitPattern: entry.anchorUnixNanoseconds))
                guard try insert.insert() else {
                    throw DatabaseError(message: "a trace was entered twice")
                }
            }
        }
        if !leaving.isEmpty { try spill(in: database) }
    }

    /// To be called when what was written is committed.
    mutating func committed() {
        entered.removeAll(keepingCapacity: true)
        if !leaving.isEmpty {
            isSpilled = true
            leaving = [:]
        }
        guard young.count >= generationLimit else { return }
        leaving = old
        old = young
        young = [:]
    }

    /// To be called when what was written is rolled back.
    mutating func rolledBack() {
        for (id, entry) in entered {
            young[id] = nil
            nextNumber = min(nextNumber, entry.number)
        }
        entered.removeAll(keepingCapacity: true)
    }

    private func spill(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TEMP TABLE IF NOT EXISTS old_traces (
                    trace_id BLOB PRIMARY KEY, id INTEGER NOT NULL, anchor_ns INTEGER NOT NULL
                ) WITHOUT ROWID
                """
        )
        var insert = try SQLiteInsert(
            "INSERT OR IGNORE INTO temp.old_traces (trace_id, id, anchor_ns) VALUES (?, ?, ?)",
            in: database
        )
        let sorted = leaving.sorted {
            (UInt64(bigEndian: $0.key.high), UInt64(bigEndian: $0.key.low))
                < (UInt64(bigEndian: $1.key.high), UInt64(bigEndian: $1.key.low))
        }
        for (id, entry) in sorted {
            try withUnsafeBytes(of: (id.high, id.low)) { bytes in
                insert.bind(blob: bytes)
                insert.bind(entry.number)
                insert.bind(Int64(bitPattern: entry.anchorUnixNanoseconds))
                _ = try insert.insert()
            }
        }
    }

    private func spilled(_ id: TraceID, in database: Database?) throws -> Entry? {
        guard isSpilled else { return nil }
        guard let database else { throw DatabaseError(message: "old traces are out of reach") }
        let statement = try database.cachedStatement(
            sql: "SELECT id, anchor_ns FROM temp.old_traces WHERE trace_id = ?"
        )
        return try Row.fetchOne(statement, arguments: [id.data]).map(Entry.init(row:))
    }
}

extension TraceAnchors.Entry {
    /// From a row of `id` and `anchor_ns`.
    init(row: Row) throws {
        self.init(
            number: try row.decode(atIndex: 0),
            anchorUnixNanoseconds: UInt64(bitPattern: try row.decode(atIndex: 1))
        )
    }
}
