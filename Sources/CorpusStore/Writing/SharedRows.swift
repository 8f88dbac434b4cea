import GRDB
import OTLP

/// The rows that items share: what they are called, and whose they are.
///
/// Each is entered when it is first met.
struct SharedRows {
    private let filterKeys = FilterKeys()
    private var names = NameCache()
    /// The attributes of the item at hand by which it is filtered, as they stand in its payload.
    private var filtered: [UInt8] = []

    /// The rows of a resource.
    struct Resource {
        let service: Int64
        let row: Int64
    }

    /// A resource of a request.
    mutating func resource(
        _ resource: RequestScan.Resource,
        _ payload: UnsafeRawBufferPointer,
        in database: Database
    ) throws -> Resource {
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
        return Resource(service: service, row: row)
    }

    /// The row of the item's attributes by which it is filtered.
    mutating func attributeSet(
        of item: RequestScan.Item,
        _ signal: Signal,
        _ type: RequestScan.MetricType,
        _ resource: Resource,
        _ payload: UnsafeRawBufferPointer,
        in database: Database
    ) throws -> Int64 {
        filtered.removeAll(keepingCapacity: true)
        guard let base = payload.baseAddress else { return 0 }
        let attributes = AttributeCursor(of: item, signal, type, base: base)
        let keys = filterKeys
        Self.forEach(attributes) {
            guard keys.contains($0.key) else { return }
            // With its length, so that no two lists of attributes look alike.
            withUnsafeBytes(of: Int32($0.message.count)) { filtered.append(contentsOf: $0) }
            filtered.append(contentsOf: $0.message)
        }
        let found = filtered
        return try found.withUnsafeBytes { found in
            try row(
                of: found,
                in: .init(table: 5, owner: resource.row),
                database,
                insert: """
                    INSERT OR IGNORE INTO attribute_sets (resource_id, attributes) VALUES (?, ?)
                    """,
                select: "SELECT id FROM attribute_sets WHERE resource_id = ? AND attributes = ?"
            ) { _ in
                [resource.row, Self.json(attributes) { keys.contains($0) }]
            }
        }
    }

    /// The name and kind of a span.
    mutating func operation(
        of item: RequestScan.Item,
        _ resource: Resource,
        _ payload: UnsafeRawBufferPointer,
        in database: Database
    ) throws -> Int64 {
        try row(
            of: Self.bytes(payload, item.name),
            in: .init(table: 1, owner: resource.service, first: item.kind),
            database,
            insert: "INSERT OR IGNORE INTO operations (service_id, name, kind) VALUES (?, ?, ?)",
            select: "SELECT id FROM operations WHERE service_id = ? AND name = ? AND kind = ?"
        ) { [resource.service, $0, item.kind] }
    }

    /// A metric of a service.
    mutating func metric(
        _ metric: RequestScan.Metric,
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

    /// The severity and body of a log record.
    mutating func message(
        of item: RequestScan.Item,
        _ resource: Resource,
        _ payload: UnsafeRawBufferPointer,
        in database: Database
    ) throws -> Int64 {
        // Bodies may all differ, so that looking each up would cost more than a repeated row.
        return try row(
            of: Self.bytes(payload, item.body).shortened,
            in: .init(table: 3, owner: resource.service, first: item.kind),
            database,
            insert: "INSERT INTO messages (service_id, severity, body) VALUES (?, ?, ?)",
            select: nil
        ) { [resource.service, item.kind, $0] }
    }

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

    // MARK: Bytes

    private static func bytes(
        _ payload: UnsafeRawBufferPointer,
        _ range: RequestScan.Bytes
    ) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: payload[range.places])
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
}
