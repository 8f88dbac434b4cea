import OTLP

/// What a redaction has to do with each field of OTLP's messages, as one flat table.
struct TelemetryFields: Sendable {
    struct Field {
        enum Form: UInt8 {
            /// Not OTLP's.
            case unknown
            case number, text, identifier, message, attribute, body, entityReference
        }

        var form = Form.unknown
        /// The wire types in which it may come, a bit each.
        var wireTypes: UInt8 = 0
        /// The row of a nested message.
        var message: UInt8 = 0
        /// What a text is called.
        var name = TextField.schemaURL
    }

    static let shared = TelemetryFields()
    private static let fieldsPerMessage = 17

    private var fields: [Field] = []
    private var roots: [UInt8] = []

    private init() {
        var rows: [ObjectIdentifier: UInt8] = [:]
        for root: JSONMessage in [.traceRequest, .metricsRequest, .logsRequest] {
            roots.append(row(of: root, in: &rows))
        }
    }

    func root(_ signal: Signal) -> UInt8 {
        switch signal {
        case .traces: roots[0]
        case .metrics: roots[1]
        case .logs: roots[2]
        }
    }

    /// The field of a message; unknown where it can't be of the wire type.
    @inline(__always)
    subscript(message: UInt8, tag: WireCursor.Tag) -> Field {
        guard tag.field < Self.fieldsPerMessage else { return Field() }
        let field = fields[Int(message) * Self.fieldsPerMessage + Int(tag.field)]
        return field.wireTypes & (1 << tag.type) != 0 ? field : Field()
    }

    private mutating func row(
        of message: JSONMessage,
        in rows: inout [ObjectIdentifier: UInt8]
    ) -> UInt8 {
        if let row = rows[ObjectIdentifier(message)] { return row }
        let row = UInt8(rows.count)
        rows[ObjectIdentifier(message)] = row
        let first = fields.count
        fields += [Field](repeating: Field(), count: Self.fieldsPerMessage)
        for declared in message.fields {
            var field = Field(
                form: Self.form(of: declared.type),
                wireTypes: Self.wireTypes(of: declared),
                name: Self.names[message, declared.number]
            )
            if field.form == .message, case .message(let nested) = declared.type {
                field.message = self.row(of: nested(), in: &rows)
            }
            fields[first + declared.number] = field
        }
        if message === JSONMessage.resource {
            // Not in the table of lengths, though OTLP has it.
            fields[first + 3] = Field(form: .entityReference, wireTypes: 1 << 2)
        }
        return row
    }

    private static func form(of type: JSONField.ValueType) -> Field.Form {
        switch type {
        case .message(let nested):
            nested() === JSONMessage.keyValue
                ? .attribute : nested() === JSONMessage.anyValue ? .body : .message
        case .string, .base64: .text
        case .hex: .identifier
        default: .number
        }
    }

    private static func wireTypes(of field: JSONField) -> UInt8 {
        let type =
            switch field.type {
            case .message, .string, .hex, .base64: WireCursor.lengthDelimitedType
            case .boolean, .integer32, .zigzag32, .integer64: WireCursor.varintType
            case .fixed64, .signedFixed64, .double: WireCursor.fixed64Type
            case .fixed32: WireCursor.fixed32Type
            }
        // Numbers of a list may come packed.
        return 1 << type | (field.isList ? 1 << WireCursor.lengthDelimitedType : 0)
    }

    private static let names = FieldNames()
}

/// What the texts of a message are called.
private struct FieldNames: Sendable {
    private let names: [ObjectIdentifier: [Int: TextField]] = [
        ObjectIdentifier(JSONMessage.span): [3: .traceState, 5: .spanName],
        ObjectIdentifier(JSONMessage.event): [2: .eventName],
        ObjectIdentifier(JSONMessage.link): [3: .traceState],
        ObjectIdentifier(JSONMessage.status): [2: .statusMessage],
        ObjectIdentifier(JSONMessage.metric): [
            1: .metricName, 2: .metricDescription, 3: .metricDescription,
        ],
        ObjectIdentifier(JSONMessage.logRecord): [3: .severityText, 12: .eventName],
        ObjectIdentifier(JSONMessage.scope): [1: .scope, 2: .scope],
    ]

    /// Those that have no name here are schema URLs.
    subscript(message: JSONMessage, field: Int) -> TextField {
        names[ObjectIdentifier(message)]?[field] ?? .schemaURL
    }
}
