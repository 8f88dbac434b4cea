/// OTLP's messages in the order of the rows that a flat table of their fields has.
package struct MessageRows: Sendable {
    /// Field numbers from this one on are unknown in every message.
    package static let fieldsPerMessage = 17

    /// The messages, each in its row.
    package private(set) var messages: [JSONMessage] = []
    /// The rows of the export requests of traces, metrics and logs.
    package private(set) var roots: [UInt8] = []
    private var rows: [ObjectIdentifier: UInt8] = [:]

    package init() {
        for root: JSONMessage in [.traceRequest, .metricsRequest, .logsRequest] {
            roots.append(add(root))
        }
    }

    private mutating func add(_ message: JSONMessage) -> UInt8 {
        if let row = rows[ObjectIdentifier(message)] { return row }
        let row = UInt8(messages.count)
        rows[ObjectIdentifier(message)] = row
        messages.append(message)
        for field in message.fields {
            if case .message(let nested) = field.type { _ = add(nested()) }
        }
        return row
    }

    /// The row of the message that a field holds; 0 for a field of another type.
    package func row(in field: JSONField) -> UInt8 {
        guard case .message(let nested) = field.type else { return 0 }
        return rows[ObjectIdentifier(nested())] ?? 0
    }
}
