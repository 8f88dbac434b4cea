import OTLP

/// A part of a template that is filled anew in each piece.
struct Slot {
    /// What it is filled with: the raw value of a hole's kind, or one of these.
    static let repeated: UInt32 = 12
    static let column: UInt32 = 13

    /// Where it begins in the piece.
    let offset: UInt32
    let width: UInt32
    let filling: UInt32
    /// The offset of the value that is repeated, or the number of the column.
    let argument: UInt32
}

/// The templates and columns of a block, checked so far that filling a slot stays inside its piece.
///
/// What the pointers point to belongs to the ``BlockMemory`` the table was read from.
struct TemplateTable {
    struct Template {
        let bytes: UnsafeRawPointer
        let length: Int
        let slots: Range<Int>
        /// Whether its pieces have a trace id of their own.
        let hasTrace: Bool
    }

    /// Where a column is being read.
    struct Column {
        /// Its values, or their indexes in the dictionary.
        var indexes: ColumnCursor
        let width: Int
        /// The entries of its dictionary; nil where it has none.
        let entries: UnsafeRawPointer?
        let entryCount: Int
        var lastEntry = 0
    }

    private(set) var templates: [Template] = []
    private(set) var slots: [Slot] = []
    private(set) var columns: [Column] = []

    init(_ memory: borrowing BlockMemory) throws(CodecError) {
        for section in BlockLayout.Section.allCases.filter(\.isTable)
        where memory.bytes(of: section).count > BlockLayout.maximumTableBytes {
            throw CodecError("the table of \(section) is too long")
        }
        try readColumns(memory.cursor(.columns), values: memory.cursor(.values))
        try readTemplates(memory.cursor(.templates), bytes: memory.cursor(.templateBytes))
    }

    private mutating func readColumns(
        _ table: ColumnCursor,
        values: ColumnCursor
    ) throws(CodecError) {
        guard table.rest > 0 else { return }
        var (table, values) = (table, values)
        let count = try table.count(upTo: table.rest)
        columns.reserveCapacity(count)
        for _ in 0..<count {
            let width = try table.count(upTo: BlockLayout.maximumPayloadBytes)
            guard width > 0 else { throw CodecError("a column holds values of no width") }
            let code = try table.count(upTo: 2 * BlockLayout.maximumPayloadBytes + 1)
            let bytes = try values.sub((code >> 1) * width)
            if code & 1 == 0 {
                columns.append(Column(indexes: bytes, width: width, entries: nil, entryCount: 0))
            } else {
                columns.append(
                    Column(
                        indexes: try values.sub(try table.count(upTo: values.rest)),
                        width: width,
                        entries: bytes.place,
                        entryCount: code >> 1
                    )
                )
            }
        }
    }

    private mutating func readTemplates(
        _ table: ColumnCursor,
        bytes: ColumnCursor
    ) throws(CodecError) {
        var (table, bytes) = (table, bytes)
        while table.rest > 0 {
            let length = try table.count(upTo: bytes.rest)
            let slotCount = try table.count(upTo: table.rest)
            let firstSlot = slots.count
            var end = 0
            for _ in 0..<slotCount {
                let offset = end + (try table.count(upTo: length))
                let slot = try readSlot(at: offset, &table)
                end = offset + Int(slot.width)
                guard end <= length else { throw CodecError("a slot lies outside its template") }
                slots.append(slot)
            }
            let filled = firstSlot..<slots.count
            templates.append(
                Template(
                    bytes: try bytes.take(length),
                    length: length,
                    slots: filled,
                    hasTrace: slots[filled].contains {
                        $0.filling == UInt32(Hole.Kind.traceID.rawValue)
                    }
                )
            )
        }
    }

    private func readSlot(
        at offset: Int,
        _ table: inout ColumnCursor
    ) throws(CodecError) -> Slot {
        let code = try table.varint()
        let (width, filling, argument): (Int, UInt32, Int)
        if code >= BlockLayout.firstColumn {
            let number = code - BlockLayout.firstColumn
            guard number < UInt64(columns.count) else { throw .outsideItsList }
            argument = Int(number)
            (width, filling) = (columns[argument].width, Slot.column)
        } else if code == BlockLayout.repeatedValue {
            let distance = try table.count(upTo: offset)
            width = try table.count(upTo: distance)
            (filling, argument) = (Slot.repeated, offset - distance)
        } else {
            guard let kind = Hole.Kind(rawValue: UInt8(code)) else {
                throw CodecError("a hole is of an unknown kind")
            }
            (width, filling, argument) = (kind.width, UInt32(kind.rawValue), 0)
        }
        return Slot(
            offset: UInt32(truncatingIfNeeded: offset),
            width: UInt32(truncatingIfNeeded: width),
            filling: filling,
            argument: UInt32(truncatingIfNeeded: argument)
        )
    }
}
