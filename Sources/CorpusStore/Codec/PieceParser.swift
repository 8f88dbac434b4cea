import OTLP

/// A value inside a piece: a run of bytes that may differ between pieces of the same structure.
struct Leaf: Equatable {
    /// Where it begins, in bytes from the piece's start.
    let offset: UInt32
    let width: UInt32
    /// What the value is of: values of the same attribute key, or field, go to the same columns.
    let context: UInt32
    /// The raw value of the hole's kind; 0 for what isn't a hole.
    let hole: UInt32
}

/// Finds the values of a piece.
///
/// Two pieces with the same leaves and the same bytes between them have the same structure.
/// Attribute keys count as structure.
struct PieceParser {
    /// The values found, in the order of their offsets.
    private(set) var leaves: [Leaf] = []
    /// A hash of the structure.
    private(set) var hash: UInt64 = 0
    /// The next hole to be met.
    private(set) var nextHole = 0
    private var start = 0
    private var plainLeaves = 0

    /// Past this many values, only holes are told apart, so that a piece takes a bounded multiple
    /// of its length.
    private static let maximumPlainLeaves = 2048
    private static let maximumDepth = 12

    /// Begins with the holes of another payload.
    mutating func beginPayload() {
        nextHole = 0
    }

    mutating func parse(
        _ piece: Piece,
        _ base: UnsafeRawPointer,
        _ holes: UnsafeBufferPointer<Hole>
    ) {
        leaves.removeAll(keepingCapacity: true)
        plainLeaves = 0
        start = piece.start
        let shape = piece.shape ?? .none
        hash = mix(UInt64(piece.end - piece.start), UInt64(shape.rawValue))
        var fields = FieldReader(base: base, offset: piece.start, end: piece.end)
        guard let field = fields.next() else { return }
        parse(field, child: shape, context: mix(UInt64(shape.rawValue), 0), base, holes, depth: 0)
    }

    /// - Returns: whether the bytes are a message.
    private mutating func parseMessage(
        _ shape: MessageShape,
        _ range: Range<Int>,
        context: UInt64,
        _ base: UnsafeRawPointer,
        _ holes: UnsafeBufferPointer<Hole>,
        depth: Int
    ) -> Bool {
        var context = context
        var fields = FieldReader(base: base, offset: range.lowerBound, end: range.upperBound)
        while let field = fields.next() {
            if shape == .keyValue, field.number == 1 {
                let key = bytesHash(base + field.contentStart, field.end - field.contentStart)
                hash = mix(hash, key)
                context = key
                continue
            }
            let child = field.type == 2 ? shape.child(field.number) : .none
            parse(field, child: child, context: context, base, holes, depth: depth)
        }
        return fields.offset == range.upperBound
    }

    private mutating func parse(
        _ field: FieldReader.Field,
        child: MessageShape,
        context: UInt64,
        _ base: UnsafeRawPointer,
        _ holes: UnsafeBufferPointer<Hole>,
        depth: Int
    ) {
        let width = field.end - field.contentStart
        hash = mix(hash, field.number << 35 ^ UInt64(width) << 3 ^ UInt64(field.type))
        if child != .none, depth < Self.maximumDepth {
            let saved = (hash, leaves.count, plainLeaves, nextHole)
            let inner = child == .keyValue ? context : mix(context, field.number)
            let range = field.contentStart..<field.end
            if parseMessage(child, range, context: inner, base, holes, depth: depth + 1) { return }
            hash = saved.0 ^ 1
            leaves.removeLast(leaves.count - saved.1)
            (plainLeaves, nextHole) = (saved.2, saved.3)
        }
        var hole: UInt32 = 0
        if nextHole < holes.count, Int(holes[nextHole].offset) == field.contentStart {
            hole = UInt32(holes[nextHole].kind.rawValue)
            hash = mix(hash, UInt64(hole))
            nextHole += 1
        } else {
            guard width > 0, plainLeaves < Self.maximumPlainLeaves else { return }
            plainLeaves += 1
        }
        leaves.append(
            Leaf(
                offset: UInt32(truncatingIfNeeded: field.contentStart - start),
                width: UInt32(truncatingIfNeeded: width),
                context: UInt32(truncatingIfNeeded: mix(context, field.number) >> 32),
                hole: hole
            )
        )
    }

    @inline(__always)
    private func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        let product = (hash ^ value &* 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(
            by: 0xd6e8_feb8_6659_fd93
        )
        return product.high ^ product.low
    }

    @inline(__always)
    private func bytesHash(_ bytes: UnsafeRawPointer, _ count: Int) -> UInt64 {
        var result = UInt64(count)
        var offset = 0
        while offset + 8 <= count {
            result = mix(result, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < count {
            rest = rest << 8 | UInt64(bytes.load(fromByteOffset: offset, as: UInt8.self))
            offset += 1
        }
        return mix(result, rest)
    }
}
