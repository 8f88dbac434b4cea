import OTLP

/// A part of a template that is filled anew in each piece.
struct Slot {
    /// What a slot is filled with, told apart as far as filling it differs.
    enum Filling {
        case traceID
        case otherTraceID
        case spanID
        /// A timestamp of a piece that has a trace.
        case tracedTime
        /// The start of a piece without a trace.
        case looseStart
        /// The time of a piece without a trace.
        case looseTime
        /// Another timestamp of a piece without a trace.
        case otherLooseTime
        case repeated
        /// The next value of a column.
        case value
        /// The entry of a column's dictionary that its next index leads to.
        case entry

        init(_ kind: Hole.Kind, hasTrace: Bool) {
            switch kind {
            case .traceID: self = .traceID
            case .otherTraceID: self = .otherTraceID
            case .spanID, .parentSpanID, .otherSpanID: self = .spanID
            case _ where hasTrace: self = .tracedTime
            case .startTime: self = .looseStart
            case .time: self = .looseTime
            case .endTime, .eventTime, .observedTime, .exemplarTime: self = .otherLooseTime
            }
        }
    }

    /// Where it begins in the piece.
    let offset: UInt32
    let width: UInt32
    /// The offset of the value that is repeated, or the number of the column.
    let argument: UInt32
    let filling: Filling
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
    private(set) var longestTemplate = 0

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
            let hasTrace = try hasTraceID(slotCount, in: table)
            var end = 0
            for _ in 0..<slotCount {
                let offset = end + (try table.count(upTo: length))
                let slot = try readSlot(at: offset, hasTrace: hasTrace, &table)
                end = offset + Int(slot.width)
                guard end <= length else { throw CodecError("a slot lies outside its template") }
                slots.append(slot)
            }
            longestTemplate = max(longestTemplate, length)
            templates.append(
                Template(
                    bytes: try bytes.take(length),
                    length: length,
                    slots: firstSlot..<slots.count,
                    hasTrace: hasTrace
                )
            )
        }
    }

    /// Whether one of the next slots holds the trace id of the item itself.
    private func hasTraceID(_ slotCount: Int, in table: ColumnCursor) throws(CodecError) -> Bool {
        var table = table
        for _ in 0..<slotCount {
            _ = try table.varint()
            let code = try table.varint()
            if code == UInt64(Hole.Kind.traceID.rawValue) { return true }
            if code == BlockLayout.repeatedValue { _ = (try table.varint(), try table.varint()) }
        }
        return false
    }

    private func readSlot(
        at offset: Int,
        hasTrace: Bool,
        _ table: inout ColumnCursor
    ) throws(CodecError) -> Slot {
        let code = try table.varint()
        let (width, argument, filling): (Int, Int, Slot.Filling)
        if code >= BlockLayout.firstColumn {
            let number = code - BlockLayout.firstColumn
            guard number < UInt64(columns.count) else { throw .outsideItsList }
            argument = Int(number)
            let column = columns[argument]
            (width, filling) = (column.width, column.entries == nil ? .value : .entry)
        } else if code == BlockLayout.repeatedValue {
            let distance = try table.count(upTo: offset)
            width = try table.count(upTo: distance)
            (argument, filling) = (offset - distance, .repeated)
        } else {
            guard let kind = Hole.Kind(rawValue: UInt8(code)) else {
                throw CodecError("a hole is of an unknown kind")
            }
            (width, argument, filling) = (kind.width, 0, Slot.Filling(kind, hasTrace: hasTrace))
        }
        return Slot(
            offset: UInt32(truncatingIfNeeded: offset),
            width: UInt32(truncatingIfNeeded: width),
            argument: UInt32(truncatingIfNeeded: argument),
            filling: filling
        )
    }
}
