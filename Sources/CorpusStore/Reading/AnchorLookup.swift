import Foundation
import GRDB

/// Finds the traces of a corpus by their ids: with its index or, where a recording did not end
/// cleanly and there is none, in memory (about 100 bytes a trace).
struct AnchorLookup {
    private let entries: [Data: TraceAnchors.Entry]?

    init(in database: Database) throws {
        let index = "SELECT count(*) FROM sqlite_schema WHERE name = 'trace_ids_by_trace_id'"
        guard try Int.fetchOne(database, sql: index) == 0 else {
            entries = nil
            return
        }
        var entries: [Data: TraceAnchors.Entry] = [:]
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT id, anchor_ns, trace_id FROM trace_ids"
        )
        while let row = try rows.next() {
            entries[try row.decode(atIndex: 2)] = try TraceAnchors.Entry(row: row)
        }
        self.entries = entries
    }

    /// What is known of a trace, if anything.
    func entry(of id: Data, in database: Database) throws -> TraceAnchors.Entry? {
        if let entries { return entries[id] }
        let statement = try database.cachedStatement(
            sql: "SELECT id, anchor_ns FROM trace_ids WHERE lower(hex(trace_id)) = ?"
        )
        return try Row.fetchOne(statement, arguments: [id.hexadecimal])
            .map(TraceAnchors.Entry.init(row:))
    }
}
