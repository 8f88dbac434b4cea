import OTLP

/// A part of a payload that is encoded as one: a field of a message whose other fields are pieces
/// too (a span, a data point, a log record, a resource, a scope, a metric's name), or the bytes
/// that open such a message.
struct Piece {
    let start: Int
    let end: Int
    /// The shape of the message in the field; nil for bytes that open a message.
    let shape: MessageShape?
}

/// Cuts a payload into pieces, which follow each other without a gap.
///
/// The messages that are opened are those that the wire scanner opens to find the items.
struct PieceCutter {
    let base: UnsafeRawPointer
    let signal: Signal
    private(set) var pieces: [Piece]

    /// A cutter that fills `pieces` anew.
    init(base: UnsafeRawPointer, signal: Signal, reusing pieces: [Piece]) {
        self.base = base
        self.signal = signal
        self.pieces = pieces
        self.pieces.removeAll(keepingCapacity: true)
    }

    private enum Level {
        case request, resource, scope, metric
        case data(MessageShape)
    }

    mutating func cut(_ count: Int) {
        cut(0, count, .request)
    }

    private mutating func cut(_ start: Int, _ end: Int, _ level: Level) {
        var fields = FieldReader(base: base, offset: start, end: end)
        while let field = fields.next() {
            let isMessage = field.type == 2
            if isMessage, let inner = inner(level, field.number) {
                pieces.append(Piece(start: field.start, end: field.contentStart, shape: nil))
                cut(field.contentStart, field.end, inner)
            } else {
                let shape = isMessage ? shape(level, field.number) : .none
                pieces.append(Piece(start: field.start, end: field.end, shape: shape))
            }
        }
        // What is no field would have failed the scan before; it is kept as it stands.
        if fields.offset < end {
            pieces.append(Piece(start: fields.offset, end: end, shape: nil))
        }
    }

    private func inner(_ level: Level, _ field: UInt64) -> Level? {
        switch (level, field) {
        case (.request, 1): .resource
        case (.resource, 2): .scope
        case (.scope, 2): signal == .metrics ? .metric : nil
        case (.metric, _): MessageShape.point(ofMetricField: field).map { .data($0) }
        default: nil
        }
    }

    private func shape(_ level: Level, _ field: UInt64) -> MessageShape {
        switch (level, field) {
        case (.resource, 1): .keyValues
        case (.scope, 1): .event
        case (.scope, 2): signal == .traces ? .span : .logRecord
        case (.data(let point), 1): point
        default: .none
        }
    }
}

/// Reads the fields of a protobuf message one after the other, without failing: it stops where
/// the bytes are not a field.
struct FieldReader {
    struct Field {
        let number: UInt64
        let type: UInt8
        /// Where its tag begins.
        let start: Int
        /// Where its value begins, after its length where it has one.
        let contentStart: Int
        let end: Int
    }

    let base: UnsafeRawPointer
    private(set) var offset: Int
    let end: Int

    init(base: UnsafeRawPointer, offset: Int, end: Int) {
        self.base = base
        self.offset = offset
        self.end = end
    }

    /// The next field, or nil at the end or where there is none.
    @inline(__always)
    mutating func next() -> Field? {
        let start = offset
        var place = offset
        guard let key = varint(&place) else { return nil }
        var contentStart = place
        switch key & 7 {
        case 0: guard varint(&place) != nil else { return nil }
        case 1: place += 8
        case 5: place += 4
        case 2:
            guard let length = varint(&place), length <= UInt64(end - place) else { return nil }
            contentStart = place
            place += Int(length)
        default: return nil
        }
        guard place <= end, key >> 3 > 0 else { return nil }
        offset = place
        return Field(
            number: key >> 3,
            type: UInt8(key & 7),
            start: start,
            contentStart: contentStart,
            end: place
        )
    }

    @inline(__always)
    private func varint(_ place: inout Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while place < end, shift < 64 {
            let byte = base.load(fromByteOffset: place, as: UInt8.self)
            place += 1
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
