/// A sequence of integers as varints (LEB128), the way a block keeps its columns.
struct ColumnWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(byte: UInt8) {
        bytes.append(byte)
    }

    mutating func append(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends `value − previous`, which may wrap, so that small differences of either sign stay
    /// short.
    mutating func append(_ value: UInt64, after previous: UInt64) {
        let difference = Int64(bitPattern: value &- previous)
        append(UInt64(bitPattern: (difference << 1) ^ (difference >> 63)))
    }

    mutating func append(contentsOf other: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: other)
    }
}

/// Reads what ``ColumnWriter`` wrote; every read is checked.
struct ColumnReader: Sendable {
    let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    @inline(__always)
    mutating func byte() throws(CodecError) -> UInt8 {
        guard offset < bytes.count else { throw CodecError("a column ends early") }
        defer { offset += 1 }
        return bytes[offset]
    }

    @inline(__always)
    mutating func varint() throws(CodecError) -> UInt64 {
        let first = try byte()
        guard first >= 0x80 else { return UInt64(first) }
        var value = UInt64(first & 0x7f)
        var shift: UInt64 = 7
        while shift < 64 {
            let next = try byte()
            value |= UInt64(next & 0x7f) &<< shift
            if next < 0x80 { return value }
            shift += 7
        }
        throw CodecError("a column holds an overlong varint")
    }

    @inline(__always)
    mutating func value(after previous: UInt64) throws(CodecError) -> UInt64 {
        let zigzag = try varint()
        return previous &+ ((zigzag >> 1) ^ (0 &- (zigzag & 1)))
    }

    /// A varint that must not exceed the bound.
    mutating func count(upTo limit: Int) throws(CodecError) -> Int {
        let value = try varint()
        guard value <= UInt64(limit) else { throw CodecError("a count exceeds \(limit)") }
        return Int(value)
    }

    /// An index that was written as its distance from the previous one.
    mutating func index(
        after previous: Int,
        below count: Int
    ) throws(CodecError) -> Int {
        let index = try value(after: UInt64(truncatingIfNeeded: previous))
        guard index < UInt64(count) else { throw CodecError("a reference points outside its list") }
        return Int(index)
    }
}
