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
        let attributeSet: Int64
        var key: (Int64, Int64) { (trace, startOffset) }
    }

    struct Point: Keyed {
        let metric: Int64
        let timeOffset: Int64
        let interval: Int64?
        let value: Double
        let count: Int64?
        let attributeSet: Int64
        var key: (Int64, Int64) { (metric, timeOffset) }
    }

    struct LogRecord: Keyed {
        let trace: Int64
        let timeOffset: Int64
        let message: Int64
        let span: SpanID?
        let attributeSet: Int64
        var key: (Int64, Int64) { (trace, timeOffset) }
    }

    var spans: [Span] = []
    var points: [Point] = []
    var logRecords: [LogRecord] = []

    /// Adds all rows; `firstRequest` is the number of the block's first export request.
    func insert(firstRequest: Int64, in database: Database) throws {
        // No block holds as many items as lie between two of these.
        let unused = firstRequest << 26
        try Self.insert(
            spans,
            "INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            unused: unused,
            in: database
        ) { span, insert in
            insert.bind(span.operation)
            insert.bind(span.duration)
            insert.bind(Int64(span.status))
            insert.bind(id: span.id)
            insert.bind(id: span.parent)
            insert.bind(span.attributeSet)
        }
        try Self.insert(
            points,
            "INSERT INTO metric_points VALUES (?, ?, ?, ?, ?, ?, ?)",
            unused: unused,
            in: database
        ) { point, insert in
            if let interval = point.interval { insert.bind(interval) } else { insert.bindNull() }
            insert.bind(point.value)
            if let count = point.count { insert.bind(count) } else { insert.bindNull() }
            insert.bind(point.attributeSet)
        }
        try Self.insert(
            logRecords,
            "INSERT INTO log_records VALUES (?, ?, ?, ?, ?, ?)",
            unused: unused,
            in: database
        ) { record, insert in
            insert.bind(record.message)
            insert.bind(id: record.span)
            insert.bind(record.attributeSet)
        }
    }

    /// Adds rows in the order of their keys; those with the same key get numbers that follow one
    /// another.
    ///
    /// A key that an earlier block has used goes on from a number that no block before can have
    /// come to. Whoever sends items again sends many, so the keys that follow it do the same
    /// without a try.
    private static func insert<Row: Keyed>(
        _ rows: [Row],
        _ sql: String,
        unused: Int64,
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
        var isRepeating = false
        for place in order {
            let row = rows[place]
            let first = isRepeating ? unused + Int64(place) : 0
            number = last.map { $0 == row.key } == true ? number + 1 : first
            last = row.key
            func tryInsert() throws -> Bool {
                insert.bind(row.key.0)
                insert.bind(row.key.1)
                insert.bind(number)
                bindRest(row, &insert)
                return try insert.insert()
            }
            if try tryInsert() { continue }
            isRepeating = true
            number = unused + Int64(place)
            guard try tryInsert() else {
                throw DatabaseError(message: "an item has a key that is taken")
            }
        }
    }
}
