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
    private static let fieldsPerMessage = MessageRows.fieldsPerMessage

    private var fields: [Field] = []
    private var roots: [UInt8] = []

    private init() {
        let rows = MessageRows()
        roots = rows.roots
        fields = [Field](
            repeating: Field(),
            count: rows.messages.count * Self.fieldsPerMessage
        )
        for (row, message) in rows.messages.enumerated() {
            let first = row * Self.fieldsPerMessage
            for field in message.fields {
                fields[first + field.number] = Field(
                    form: Self.form(of: field.type),
                    wireTypes: Self.wireTypes(of: field),
                    message: rows.row(in: field),
                    name: Self.names[message, field.number]
                )
            }
            if message === JSONMessage.resource {
                // Not in the table of lengths, though OTLP has it.
                fields[first + 3] = Field(form: .entityReference, wireTypes: 1 << 2)
            }
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
