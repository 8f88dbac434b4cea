import Foundation
import GRDB
import OTLP

/// Gives each trace its number and its anchor: the earliest timestamp in the first export request
/// that spoke of it.
///
/// A bounded cache stands before the `trace_ids` table, so that a trace has the same anchor
/// however long ago it began. Entries leave the cache a generation at a time; a generation is
/// larger than what one commit can hold.
struct TraceAnchors {
    struct Entry {
        let number: Int64
        let anchorUnixNanoseconds: UInt64
    }

    private static let generationLimit = 250_000
    private var young: [TraceID: Entry] = [:]
    private var old: [TraceID: Entry] = [:]

    /// Looks up the traces of an export request, entering those that are new.
    mutating func enter(
        _ scan: RequestScan,
        of request: ExportRequest,
        in database: Database
    ) throws {
        var earliest: [TraceID: (time: UInt64, offset: Int)] = [:]
        request.payload.withUnsafeBytes { payload in
            guard let base = payload.baseAddress else { return }
            for item in scan.items where item.traceIDOffset >= 0 {
                let time =
                    [
                        item.startUnixNanoseconds, item.timeUnixNanoseconds,
                        item.observedUnixNanoseconds,
                    ].first { $0 != 0 } ?? 0
                let offset = Int(item.traceIDOffset)
                let id = TraceID(base + offset)
                if let known = earliest[id], known.time != 0, time == 0 || known.time <= time {
                    continue
                }
                earliest[id] = (time, offset)
            }
            for hole in scan.holes where hole.kind == .otherTraceID {
                let id = TraceID(base + Int(hole.offset))
                if earliest[id] == nil { earliest[id] = (0, Int(hole.offset)) }
            }
        }
        for (id, found) in earliest where young[id] == nil {
            let bytes = Data(request.payload[found.offset..<(found.offset + 16)])
            let anchor = found.time == 0 ? request.arrival.unixNanoseconds : found.time
            keep(try old[id] ?? entry(bytes, anchor: anchor, in: database), for: id)
        }
    }

    /// The entry of a trace that ``enter(_:of:in:)`` saw in this commit or lately.
    func entry(of id: TraceID) -> Entry? {
        young[id] ?? old[id]
    }

    /// The anchor of a trace that was entered at any time.
    func anchor(of id: TraceID, in database: Database) throws -> UInt64 {
        if let entry = entry(of: id) { return entry.anchorUnixNanoseconds }
        guard
            let stored = try Int64.fetchOne(
                database.cachedStatement(sql: "SELECT anchor_ns FROM trace_ids WHERE trace_id = ?"),
                arguments: [id.data]
            )
        else { throw DatabaseError(message: "a trace has no anchor") }
        return UInt64(bitPattern: stored)
    }

    private mutating func keep(_ entry: Entry, for id: TraceID) {
        if young.count >= Self.generationLimit {
            old = young
            young.removeAll(keepingCapacity: true)
        }
        young[id] = entry
    }

    private func entry(_ bytes: Data, anchor: UInt64, in database: Database) throws -> Entry {
        let stored = Int64(truncatingIfNeeded: anchor)
        let insert = try database.cachedStatement(
            sql: "INSERT OR IGNORE INTO trace_ids (trace_id, anchor_ns) VALUES (?, ?)"
        )
        try insert.execute(arguments: [bytes, stored])
        if database.changesCount == 1 {
            return Entry(number: database.lastInsertedRowID, anchorUnixNanoseconds: anchor)
        }
        let select = try database.cachedStatement(
            sql: "SELECT id, anchor_ns FROM trace_ids WHERE trace_id = ?"
        )
        guard let row = try Row.fetchOne(select, arguments: [bytes]) else {
            throw DatabaseError(message: "a trace was neither entered nor found")
        }
        return Entry(
            number: try row.decode(atIndex: 0),
            anchorUnixNanoseconds: UInt64(bitPattern: try row.decode(atIndex: 1))
        )
    }
}
