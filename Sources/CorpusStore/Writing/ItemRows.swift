import GRDB
import OTLP

/// The rows that the items of a block come to.
struct ItemRows {
    /// What orders the rows of a table: two of its columns, and a third one to tell equals apart.
    protocol Keyed {
        var key: (Int64, Int64) { get }
    }

    struct Span: Keyed {
        let trace: Int64
        let startOffset: Int64
        let operation: Int64
        let duration: Int64
        let status: UInt8
        let id: SpanID?
        let parent: SpanID?
        var key: (Int64, Int64) { (trace, startOffset) }
    }

    struct Point: Keyed {
        let metric: Int64
        let timeOffset: Int64
        let interval: Int64?
        let value: Double
        let count: Int64?
        var key: (Int64, Int64) { (metric, timeOffset) }
    }

    struct LogRecord: Keyed {
        let trace: Int64
        let timeOffset: Int64
        let message: Int64
        let span: SpanID?
        var key: (Int64, Int64) { (trace, timeOffset) }
    }

    var spans: [Span] = []
    var points: [Point] = []
    var logRecords: [LogRecord] = []

    func insert(in database: Database) throws {
        try Self.insert(
            spans,
            "INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            next: "SELECT max(n) + 1 FROM spans WHERE trace = ? AND start_offset_ns = ?",
            in: database
        ) { span, insert in
            insert.bind(span.operation)
            insert.bind(span.duration)
            insert.bind(Int64(span.status))
            insert.bind(id: span.id)
            insert.bind(id: span.parent)
        }
        try Self.insert(
            points,
            "INSERT INTO metric_points VALUES (?, ?, ?, ?, ?, ?)",
            next: "SELECT max(n) + 1 FROM metric_points WHERE metric_id = ? AND time_offset_ns = ?",
            in: database
        ) { point, insert in
            if let interval = point.interval { insert.bind(interval) } else { insert.bindNull() }
            insert.bind(point.value)
            if let count = point.count { insert.bind(count) } else { insert.bindNull() }
        }
        try Self.insert(
            logRecords,
            "INSERT INTO log_records VALUES (?, ?, ?, ?, ?)",
            next: "SELECT max(n) + 1 FROM log_records WHERE trace = ? AND time_offset_ns = ?",
            in: database
        ) { record, insert in
            insert.bind(record.message)
            insert.bind(id: record.span)
        }
    }

    /// Adds rows in the order of their keys; those with the same key get numbers that follow one
    /// another, also on those of earlier blocks.
    private static func insert<Row: Keyed>(
        _ rows: [Row],
        _ sql: String,
        next: String,
        in database: Database,
        bindRest: (Row, inout SQLiteInsert) -> Void
    ) throws {
        guard !rows.isEmpty else { return }
        // By place where keys are equal: a sort need not keep the order of equals.
        let order = rows.indices.sorted { left, right in
            let (a, b) = (rows[left].key, rows[right].key)
            return a == b ? left < right : a < b
        }
        var insert = try SQLiteInsert(sql, in: database)
        var last: (Int64, Int64)?
        var number: Int64 = 0
        for place in order {
            let row = rows[place]
            number = last.map { $0 == row.key } == true ? number + 1 : 0
            last = row.key
            func tryInsert() throws -> Bool {
                insert.bind(row.key.0)
                insert.bind(row.key.1)
                insert.bind(number)
                bindRest(row, &insert)
                return try insert.insert()
            }
            if try tryInsert() { continue }
            number =
                try Int64.fetchOne(
                    database.cachedStatement(sql: next),
                    arguments: [row.key.0, row.key.1]
                ) ?? 0
            guard try tryInsert() else {
                throw DatabaseError(message: "an item has a key that is taken")
            }
        }
    }
}
