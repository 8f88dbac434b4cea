import GRDB
import OTLP

/// What the item tables need to know of an export request.
struct RequestItems {
    let request: ExportRequest
    let scan: RequestScan
    /// For each item the place of its trace in `traces`; −1 for none.
    let traceOfItem: [Int32]
    let traces: [TraceAnchors.Entry]
}

/// Fills the item tables, a block's items at a time.
///
/// The tables are kept in the order in which they are read: spans and log records by trace, points
/// by metric, each by time within. So the items of a block are sorted first, which also keeps the
/// tables' pages full.
struct ItemTables {
    /// Past this a log record's body is cut, in bytes.
    private static let longestBody = 256

    private let index: ItemIndex
    /// What times outside any trace are kept against.
    private let startedUnixNanoseconds: UInt64
    private let filterKeys = FilterKeys()
    private var names = NameCache()
    /// The attributes of the item at hand by which it is filtered, as they stand in its payload.
    private var filtered: [UInt8] = []

    /// The rows of a resource.
    private struct ResourceRows {
        let service: Int64
        let resource: Int64
    }

    init(index: ItemIndex, started: Timestamp) {
        self.index = index
        startedUnixNanoseconds = started.unixNanoseconds
    }

    /// Forgets what the rows of a transaction were that was rolled back.
    mutating func rolledBack() {
        names = NameCache()
    }

    /// Adds the items of a block's requests, of which the first has the number `firstRequest`.
    mutating func insert(
        _ requests: some Sequence<RequestItems>,
        firstRequest: Int64,
        in database: Database
    ) throws {
        var rows = ItemRows()
        for request in requests where index.contains(request.request.signal) {
            try request.request.payload.withUnsafeBytes { payload in
                try collect(request, payload, into: &rows, in: database)
            }
        }
        try rows.insert(firstRequest: firstRequest, in: database)
    }

    private mutating func collect(
        _ source: RequestItems,
        _ payload: UnsafeRawBufferPointer,
        into rows: inout ItemRows,
        in database: Database
    ) throws {
        let scan = source.scan
        let resources = try scan.resources.map { try resourceRows(of: $0, payload, in: database) }
        switch source.request.signal {
        case .traces:
            for (item, trace) in zip(scan.items, source.traceOfItem) {
                try collectSpan(
                    item,
                    trace < 0 ? nil : source.traces[Int(trace)],
                    resources[Int(item.resource)],
                    payload,
                    into: &rows,
                    in: database
                )
            }
        case .metrics:
            try collectPoints(scan, resources, payload, into: &rows, in: database)
        case .logs:
            for (item, trace) in zip(scan.items, source.traceOfItem) {
                try collectLogRecord(
                    item,
                    trace < 0 ? nil : source.traces[Int(trace)],
                    resources[Int(item.resource)],
                    payload,
                    into: &rows,
                    in: database
                )
            }
        }
    }

    private mutating func collectSpan(
        _ item: RequestScan.Item,
        _ trace: TraceAnchors.Entry?,
        _ resource: ResourceRows,
        _ payload: UnsafeRawBufferPointer,
        into rows: inout ItemRows,
        in database: Database
    ) throws {
        let operation = try row(
            of: Self.bytes(payload, item.name),
            in: .init(table: 1, owner: resource.service, first: item.kind),
            database,
            insert: "INSERT OR IGNORE INTO operations (service_id, name, kind) VALUES (?, ?, ?)",
            select: "SELECT id FROM operations WHERE service_id = ? AND name = ? AND kind = ?"
        ) { [resource.service, $0, item.kind] }
        rows.spans.append(
            ItemRows.Span(
                trace: trace?.number ?? 0,
                startOffset: offset(item.startUnixNanoseconds, trace),
                operation: operation,
                duration: Int64(
                    bitPattern: item.timeUnixNanoseconds &- item.startUnixNanoseconds
                ),
                status: item.status,
                id: Self.id(payload, item.spanIDOffset),
                parent: Self.id(payload, item.parentSpanIDOffset),
                attributeSet: try attributeSet(
                    of: item,
                    .traces,
                    .none,
                    resource,
                    payload,
                    in: database
                )
            )
        )
    }

    private mutating func collectPoints(
        _ scan: RequestScan,
        _ resources: [ResourceRows],
        _ payload: UnsafeRawBufferPointer,
        into rows: inout ItemRows,
        in database: Database
    ) throws {
        var metric: (index: Int32, resource: Int32, row: Int64) = (-1, -1, 0)
        for item in scan.items {
            let type = scan.metrics[Int(item.metric)].type
            if item.metric != metric.index || item.resource != metric.resource {
                let row = try self.row(
                    of: scan.metrics[Int(item.metric)],
                    resources[Int(item.resource)].service,
                    payload,
                    in: database
                )
                metric = (item.metric, item.resource, row)
            }
            let isNumber = type == .gauge || type == .sum
            let interval =
                item.startUnixNanoseconds == 0
                ? nil
                : Int64(bitPattern: item.timeUnixNanoseconds &- item.startUnixNanoseconds)
            rows.points.append(
                ItemRows.Point(
                    metric: metric.row,
                    timeOffset: offset(item.timeUnixNanoseconds, nil),
                    interval: interval,
                    value: item.value,
                    count: isNumber ? nil : Int64(bitPattern: item.count),
                    attributeSet: try attributeSet(
                        of: item,
                        .metrics,
                        type,
                        resources[Int(item.resource)],
                        payload,
                        in: database
                    )
                )
            )
        }
    }

    private mutating func row(
        of metric: RequestScan.Metric,
        _ service: Int64,
        _ payload: UnsafeRawBufferPointer,
        in database: Database
    ) throws -> Int64 {
        let (name, unit) = (Self.bytes(payload, metric.name), Self.bytes(payload, metric.unit))
        let scope = NameCache.Scope(
            table: 2,
            owner: service,
            first: metric.type.rawValue,
            second: metric.temporality,
            split: Int32(name.count)
        )
        return try (Array(name) + Array(unit)).withUnsafeBytes { both in
            try row(
                of: both,
                in: scope,
                database,
                insert: """
                    INSERT OR IGNORE INTO metrics (service_id, name, unit, type, temporality)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                select: """
                    SELECT id FROM metrics WHERE service_id = ? AND name = ? AND unit = ?
                        AND type = ? AND temporality = ?
                    """
            ) { _ in
                [
                    service, String(decoding: name, as: UTF8.self),
                    String(decoding: unit, as: UTF8.self), metric.type.rawValue,
                    metric.temporality,
                ]
            }
        }
    }

    private mutating func collectLogRecord(
        _ item: RequestScan.Item,
        _ trace: TraceAnchors.Entry?,
        _ resource: ResourceRows,
        _ payload: UnsafeRawBufferPointer,
        into rows: inout ItemRows,
        in database: Database
    ) throws {
        // Bodies may all differ, so that looking each up would cost more than a repeated row.
        let message = try row(
            of: Self.cut(Self.bytes(payload, item.body)),
            in: .init(table: 3, owner: resource.service, first: item.kind),
            database,
            insert: "INSERT INTO messages (service_id, severity, body) VALUES (?, ?, ?)",
            select: nil
        ) { [resource.service, item.kind, $0] }
        let time =
            item.timeUnixNanoseconds != 0 ? item.timeUnixNanoseconds : item.observedUnixNanoseconds
        rows.logRecords.append(
            ItemRows.LogRecord(
                trace: trace?.number ?? 0,
                timeOffset: offset(time, trace),
                message: message,
                span: Self.id(payload, item.spanIDOffset),
                attributeSet: try attributeSet(
                    of: item,
                    .logs,
                    .none,
                    resource,
                    payload,
                    in: database
                )
            )
        )
    }

    // MARK: Attributes

    private mutating func resourceRows(
        of resource: RequestScan.Resource,
        _ payload: UnsafeRawBufferPointer,
        in database: Database
    ) throws -> ResourceRows {
        let service = try row(
            of: Self.bytes(payload, resource.serviceName),
            in: .init(table: 0),
            database,
            insert: "INSERT OR IGNORE INTO services (name) VALUES (?)",
            select: "SELECT id FROM services WHERE name = ?"
        ) { [$0] }
        let row = try row(
            of: Self.bytes(payload, resource.message),
            in: .init(table: 4, owner: service),
            database,
            insert: "INSERT OR IGNORE INTO resources (service_id, attributes) VALUES (?, ?)",
            select: "SELECT id FROM resources WHERE service_id = ? AND attributes = ?"
        ) { _ in
            guard let base = payload.baseAddress else { return [service, AttributeText().json] }
            return [service, Self.json(AttributeCursor(of: resource, base: base)) { _ in true }]
        }
        return ResourceRows(service: service, resource: row)
    }

    /// The row of the item's attributes by which it is filtered.
    private mutating func attributeSet(
        of item: RequestScan.Item,
        _ signal: Signal,
        _ type: RequestScan.MetricType,
        _ resource: ResourceRows,
        _ payload: UnsafeRawBufferPointer,
        in database: Database
    ) throws -> Int64 {
        filtered.removeAll(keepingCapacity: true)
        guard let base = payload.baseAddress else { return 0 }
        let attributes = AttributeCursor(of: item, signal, type, base: base)
        let keys = filterKeys
        Self.forEach(attributes) {
            if keys.contains($0.key) { filtered.append(contentsOf: $0.message) }
        }
        let found = filtered
        return try found.withUnsafeBytes { found in
            try row(
                of: found,
                in: .init(table: 5, owner: resource.resource),
                database,
                insert: """
                    INSERT OR IGNORE INTO attribute_sets (resource_id, attributes) VALUES (?, ?)
                    """,
                select: "SELECT id FROM attribute_sets WHERE resource_id = ? AND attributes = ?"
            ) { _ in
                [resource.resource, Self.json(attributes) { keys.contains($0) }]
            }
        }
    }

    /// The attributes up to the first one that isn't well-formed.
    private static func forEach(
        _ attributes: AttributeCursor,
        _ body: (AttributeCursor.Attribute) -> Void
    ) {
        var attributes = attributes
        while let attribute = try? attributes.next() { body(attribute) }
    }

    private static func json(
        _ attributes: AttributeCursor,
        where isWanted: (UnsafeRawBufferPointer) -> Bool
    ) -> String {
        var text = AttributeText()
        forEach(attributes) { if isWanted($0.key) { text.add($0) } }
        return text.json
    }

    // MARK: Names

    /// The row of a name, entered if it is new.
    private mutating func row(
        of name: UnsafeRawBufferPointer,
        in scope: NameCache.Scope,
        _ database: Database,
        insert: String,
        select: String?,
        arguments: (String) -> StatementArguments
    ) throws -> Int64 {
        if let row = names.row(of: name, in: scope) { return row }
        let arguments = arguments(String(decoding: name, as: UTF8.self))
        try database.cachedStatement(sql: insert).execute(arguments: arguments)
        let row: Int64
        if let select {
            let statement = try database.cachedStatement(sql: select)
            guard let found = try Int64.fetchOne(statement, arguments: arguments) else {
                throw DatabaseError(message: "a name was neither entered nor found")
            }
            row = found
        } else {
            row = database.lastInsertedRowID
        }
        names.remember(name, in: scope, row: row)
        return row
    }

    // MARK: Values

    private func offset(_ time: UInt64, _ trace: TraceAnchors.Entry?) -> Int64 {
        Int64(bitPattern: time &- (trace?.anchorUnixNanoseconds ?? startedUnixNanoseconds))
    }

    private static func bytes(
        _ payload: UnsafeRawBufferPointer,
        _ range: RequestScan.Bytes
    ) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: payload[range.places])
    }

    /// The beginning of a text, cut between two characters.
    private static func cut(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard text.count > longestBody else { return text }
        var end = longestBody
        while end > longestBody - 4, text[end] & 0xc0 == 0x80 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: text[..<end])
    }

    private static func id(_ payload: UnsafeRawBufferPointer, _ offset: Int32) -> SpanID? {
        guard offset >= 0, let base = payload.baseAddress else { return nil }
        return SpanID(base + Int(offset))
    }
}
