import Foundation
import GRDB
import OTLP

/// Fills the item tables from scans, interning the names that items share.
struct ItemTables {
    private struct Key: Hashable {
        let service: Int64
        let text: String
        let unit: String
        let first: UInt8
        let second: UInt8
    }

    /// How many names of a kind are remembered; past it they are looked up in the table again.
    private static let cacheLimit = 50_000
    private static let longestBody = 256
    private var services: [String: Int64] = [:]
    private var names: [Key: Int64] = [:]

    /// Adds a request's items.
    /// - Returns: the first one's id in its table, or nil where it has none.
    mutating func insert(
        _ request: ExportRequest,
        scan: RequestScan,
        traces: TraceAnchors,
        in database: Database
    ) throws -> Int64? {
        let payload = request.payload
        let serviceIDs = try scan.resources.map { resource in
            try service(Self.text(payload, resource.serviceName), in: database)
        }
        let metricNames = scan.metrics.map { metric in
            (Self.text(payload, metric.name), Self.text(payload, metric.unit))
        }
        var first: Int64?
        for item in scan.items {
            let service = serviceIDs[Int(item.resource)]
            switch request.signal {
            case .traces: try insertSpan(item, payload, service, traces, in: database)
            case .metrics:
                let metric = scan.metrics[Int(item.metric)]
                let (name, unit) = metricNames[Int(item.metric)]
                let id = try self.name(
                    Key(
                        service: service,
                        text: name,
                        unit: unit,
                        first: metric.type.rawValue,
                        second: metric.temporality
                    ),
                    "INSERT OR IGNORE INTO metrics (service_id, name, unit, type, temporality)"
                        + " VALUES (?, ?, ?, ?, ?)",
                    "SELECT id FROM metrics WHERE service_id = ? AND name = ? AND unit = ?"
                        + " AND type = ? AND temporality = ?",
                    [service, name, unit, metric.type.rawValue, metric.temporality],
                    in: database
                )
                try insertPoint(item, metric: metric, id: id, in: database)
            case .logs: try insertLogRecord(item, payload, service, traces, in: database)
            }
            if first == nil { first = database.lastInsertedRowID }
        }
        return first
    }

    private mutating func insertSpan(
        _ item: RequestScan.Item,
        _ payload: [UInt8],
        _ service: Int64,
        _ traces: TraceAnchors,
        in database: Database
    ) throws {
        let name = Self.text(payload, item.name)
        let operation = try self.name(
            Key(service: service, text: name, unit: "", first: item.kind, second: 0),
            "INSERT OR IGNORE INTO operations (service_id, name, kind) VALUES (?, ?, ?)",
            "SELECT id FROM operations WHERE service_id = ? AND name = ? AND kind = ?",
            [service, name, item.kind],
            in: database
        )
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO spans (operation_id, trace, span_id, parent_span_id, start_ns,
                    duration_ns, status) VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        )
        let duration = item.timeUnixNanoseconds &- item.startUnixNanoseconds
        try statement.execute(arguments: [
            operation, Self.trace(payload, item, traces), Self.id(payload, item.spanIDOffset),
            Self.id(payload, item.parentSpanIDOffset),
            Int64(bitPattern: item.startUnixNanoseconds), Int64(bitPattern: duration), item.status,
        ])
    }

    private func insertPoint(
        _ item: RequestScan.Item,
        metric: RequestScan.Metric,
        id: Int64,
        in database: Database
    ) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO metric_points (metric_id, start_ns, time_ns, value, count)
                VALUES (?, ?, ?, ?, ?)
                """
        )
        let isNumber = metric.type == .gauge || metric.type == .sum
        try statement.execute(arguments: [
            id, Int64(bitPattern: item.startUnixNanoseconds),
            Int64(bitPattern: item.timeUnixNanoseconds), item.value,
            isNumber ? nil : Int64(bitPattern: item.count),
        ])
    }

    private mutating func insertLogRecord(
        _ item: RequestScan.Item,
        _ payload: [UInt8],
        _ service: Int64,
        _ traces: TraceAnchors,
        in database: Database
    ) throws {
        let end = min(item.body.upperBound, item.body.lowerBound + Int32(Self.longestBody))
        let body = Self.text(payload, item.body.lowerBound..<end)
        let message = try name(
            Key(service: service, text: body, unit: "log", first: item.kind, second: 0),
            "INSERT OR IGNORE INTO messages (service_id, severity, body) VALUES (?, ?, ?)",
            "SELECT id FROM messages WHERE service_id = ? AND severity = ? AND body = ?",
            [service, item.kind, body],
            in: database
        )
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO log_records (message_id, trace, span_id, time_ns) VALUES (?, ?, ?, ?)
                """
        )
        let time =
            item.timeUnixNanoseconds != 0 ? item.timeUnixNanoseconds : item.observedUnixNanoseconds
        try statement.execute(arguments: [
            message, Self.trace(payload, item, traces), Self.id(payload, item.spanIDOffset),
            Int64(bitPattern: time),
        ])
    }

    private mutating func service(_ name: String, in database: Database) throws -> Int64 {
        if let id = services[name] { return id }
        if services.count >= Self.cacheLimit { services.removeAll() }
        let id = try Self.intern(
            "INSERT OR IGNORE INTO services (name) VALUES (?)",
            "SELECT id FROM services WHERE name = ?",
            [name],
            in: database
        )
        services[name] = id
        return id
    }

    private mutating func name(
        _ key: Key,
        _ insert: String,
        _ select: String,
        _ arguments: StatementArguments,
        in database: Database
    ) throws -> Int64 {
        if let id = names[key] { return id }
        if names.count >= Self.cacheLimit { names.removeAll() }
        let id = try Self.intern(insert, select, arguments, in: database)
        names[key] = id
        return id
    }

    private static func intern(
        _ insert: String,
        _ select: String,
        _ arguments: StatementArguments,
        in database: Database
    ) throws -> Int64 {
        try database.cachedStatement(sql: insert).execute(arguments: arguments)
        let found = try Int64.fetchOne(database.cachedStatement(sql: select), arguments: arguments)
        guard let found else {
            throw DatabaseError(message: "a name was neither entered nor found")
        }
        return found
    }

    private static func text(_ payload: [UInt8], _ range: RequestScan.Bytes) -> String {
        String(decoding: payload[Int(range.lowerBound)..<Int(range.upperBound)], as: UTF8.self)
    }

    private static func id(_ payload: [UInt8], _ offset: Int32) -> Data? {
        offset < 0 ? nil : Data(payload[Int(offset)..<(Int(offset) + 8)])
    }

    private static func trace(
        _ payload: [UInt8],
        _ item: RequestScan.Item,
        _ traces: TraceAnchors
    ) -> Int64? {
        guard item.traceIDOffset >= 0 else { return nil }
        return payload.withUnsafeBytes { bytes in
            bytes.baseAddress.flatMap {
                traces.entry(of: TraceID($0 + Int(item.traceIDOffset)))?.number
            }
        }
    }
}
