/// All of OTLP's messages as one flat table, so that a count looks a field up with one read.
struct JSONTable: Sendable {
    /// What to do with a field: how its value is written and how long its name is, in one word.
    struct Entry: Sendable {
        /// How a value is written; `unknown` fields are stepped over.
        enum Form: UInt8, Sendable {
            case unknown, message, string, hex, base64, boolean, double
            case integer32, zigzag32, integer64, fixed32, fixed64, signedFixed64
        }

        var form: Form = .unknown
        var isList = false
        var nameLength: UInt8 = 0
        /// The row of a nested message.
        var message: UInt8 = 0
    }

    /// Field numbers past this are unknown in every message.
    static let fieldsPerMessage = MessageRows.fieldsPerMessage

    static let shared = JSONTable()

    private(set) var entries: [Entry] = []
    private(set) var roots: [UInt8] = []

    /// 1, 10, 100, … 10^19.
    let powersOfTen: [UInt64] = sequence(first: UInt64(1)) { power in
        let (next, overflow) = power.multipliedReportingOverflow(by: 10)
        return overflow ? nil : next
    }.map { $0 }

    private init() {
        let rows = MessageRows()
        roots = rows.roots
        entries = [Entry](
            repeating: Entry(),
            count: rows.messages.count * Self.fieldsPerMessage
        )
        for (row, message) in rows.messages.enumerated() {
            for field in message.fields {
                entries[row * Self.fieldsPerMessage + field.number] = Entry(
                    form: field.type.form,
                    isList: field.isList,
                    nameLength: UInt8(field.nameLength),
                    message: rows.row(in: field)
                )
            }
        }
    }
}

extension JSONField.ValueType {
    fileprivate var form: JSONTable.Entry.Form {
        switch self {
        case .message: .message
        case .string: .string
        case .hex: .hex
        case .base64: .base64
        case .boolean: .boolean
        case .double: .double
        case .integer32: .integer32
        case .zigzag32: .zigzag32
        case .integer64: .integer64
        case .fixed32: .fixed32
        case .fixed64: .fixed64
        case .signedFixed64: .signedFixed64
        }
    }
}
