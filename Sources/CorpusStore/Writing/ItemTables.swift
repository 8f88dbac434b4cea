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
    private let index: ItemIndex
    /// What times outside any trace are kept against.
    private let startedUnixNanoseconds: UInt64
    private var shared = SharedRows()

    init(index: ItemIndex, started: Timestamp) {
        self.index = index
        startedUnixNanoseconds = started.unixNanoseconds
    }

    /// Forgets what the rows of a transaction were that was rolled back.
    mutating func rolledBack() {
        shared = SharedRows()
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
        let resources = try scan.resources.map { try shared.resource($0, payload, in: database) }
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
        _ resource: SharedRows.Resource,
        _ payload: UnsafeRawBufferPointer,
        into rows: inout ItemRows,
        in database: Database
    ) throws {
        let operation = try shared.operation(of: item, resource, payload, in: database)
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
                attributeSet: try shared.attributeSet(
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
        _ resources: [SharedRows.Resource],
        _ payload: UnsafeRawBufferPointer,
        into rows: inout ItemRows,
        in database: Database
    ) throws {
        var metric: (index: Int32, resource: Int32, row: Int64) = (-1, -1, 0)
        for item in scan.items {
            let type = scan.metrics[Int(item.metric)].type
            if item.metric != metric.index || item.resource != metric.resource {
                let row = try shared.metric(
                    scan.metrics[Int(item.metric)],
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
                    attributeSet: try shared.attributeSet(
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

    private mutating func collectLogRecord(
        _ item: RequestScan.Item,
        _ trace: TraceAnchors.Entry?,
        _ resource: SharedRows.Resource,
        _ payload: UnsafeRawBufferPointer,
        into rows: inout ItemRows,
        in database: Database
    ) throws {
        let message = try shared.message(of: item, resource, payload, in: database)
        let time =
            item.timeUnixNanoseconds != 0 ? item.timeUnixNanoseconds : item.observedUnixNanoseconds
        rows.logRecords.append(
            ItemRows.LogRecord(
                trace: trace?.number ?? 0,
                timeOffset: offset(time, trace),
                message: message,
                span: Self.id(payload, item.spanIDOffset),
                attributeSet: try shared.attributeSet(
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

    // MARK: Values

    private func offset(_ time: UInt64, _ trace: TraceAnchors.Entry?) -> Int64 {
        Int64(bitPattern: time &- (trace?.anchorUnixNanoseconds ?? startedUnixNanoseconds))
    }

    private static func id(_ payload: UnsafeRawBufferPointer, _ offset: Int32) -> SpanID? {
        guard offset >= 0, let base = payload.baseAddress else { return nil }
        return SpanID(base + Int(offset))
    }
}
