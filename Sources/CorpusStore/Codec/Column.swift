/// A sequence of integers as varints (LEB128), the way a block keeps its columns.
struct ColumnWriter {
    private(set) var bytes: [UInt8] = []

    @inline(__always)
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
    @inline(__always)
    mutating func append(_ value: UInt64, after previous: UInt64) {
        append(Self.zigzag(value, after: previous))
    }

    /// The difference of two values, its sign in the lowest bit.
    @inline(__always)
    static func zigzag(_ value: UInt64, after previous: UInt64) -> UInt64 {
        let difference = Int64(bitPattern: value &- previous)
        return UInt64(bitPattern: (difference << 1) ^ (difference >> 63))
    }

    @inline(__always)
    mutating func append(_ start: UnsafeRawPointer, _ count: Int) {
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
    }
}

/// Reads what ``ColumnWriter`` wrote; every read is checked against the column's end.
///
/// The bytes belong to the ``BlockMemory`` that the cursor was made from, which can be read for
/// another eight bytes past the end of any column.
struct ColumnCursor {
    private(set) var place: UnsafeRawPointer
    let end: UnsafeRawPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        place = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
        end = place + bytes.count
    }

    var rest: Int { end - place }

    @inline(__always)
    mutating func varint() throws(CodecError) -> UInt64 {
        guard place < end else { throw .endsEarly }
        let first = place.load(as: UInt8.self)
        place += 1
        return first < 0x80 ? UInt64(first) : try longVarint()
    }

    /// A varint of several bytes, its first one read: most are timestamps, of three or four bytes
    /// by chance, so up to eight are taken at once rather than by a loop that would be mispredicted.
    @inline(__always)
    private mutating func longVarint() throws(CodecError) -> UInt64 {
        let start = place - 1
        let word = UInt64(littleEndian: start.loadUnaligned(as: UInt64.self))
        let stops = ~word & 0x8080_8080_8080_8080
        guard stops != 0 else { return try longestVarint() }
        place = start + (stops.trailingZeroBitCount >> 3 + 1)
        guard place <= end else { throw .endsEarly }
        // The bytes up to the first without its high bit; then seven bits of each, joined in pairs.
        var value = word & (stops ^ (stops &- 1))
        value = (value & 0x007f_007f_007f_007f) | (value & 0x7f00_7f00_7f00_7f00) >> 1
        value = (value & 0x0000_3fff_0000_3fff) | (value & 0x3fff_0000_3fff_0000) >> 2
        return (value & 0x0fff_ffff) | (value & 0x0fff_ffff_0000_0000) >> 4
    }

    /// A varint of nine or ten bytes, its first one read.
    private mutating func longestVarint() throws(CodecError) -> UInt64 {
        place -= 1
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            guard place < end else { throw .endsEarly }
            let next = place.load(as: UInt8.self)
            place += 1
            value |= UInt64(next & 0x7f) &<< shift
            if next < 0x80 { return value }
            shift += 7
        }
        throw CodecError("a column holds an overlong varint")
    }

    @inline(__always)
    mutating func value(after previous: UInt64) throws(CodecError) -> UInt64 {
        Self.value(try varint(), after: previous)
    }

    @inline(__always)
    static func value(_ zigzag: UInt64, after previous: UInt64) -> UInt64 {
        previous &+ ((zigzag >> 1) ^ (0 &- (zigzag & 1)))
    }

    /// A varint that must not exceed the bound.
    @inline(__always)
    mutating func count(upTo limit: Int) throws(CodecError) -> Int {
        let value = try varint()
        guard value <= UInt64(limit) else { throw .countExceeds(limit) }
        return Int(value)
    }

    /// An index that was written as its distance from the previous one.
    @inline(__always)
    mutating func index(after previous: Int, below count: Int) throws(CodecError) -> Int {
        let index = try value(after: UInt64(truncatingIfNeeded: previous))
        guard index < UInt64(count) else { throw .outsideItsList }
        return Int(index)
    }

    /// The next bytes, which stay where they are.
    @inline(__always)
    mutating func take(_ count: Int) throws(CodecError) -> UnsafeRawPointer {
        guard count <= end - place else { throw .endsEarly }
        defer { place += count }
        return place
    }

    /// A cursor over the next bytes alone.
    mutating func sub(_ count: Int) throws(CodecError) -> ColumnCursor {
        ColumnCursor(UnsafeRawBufferPointer(start: try take(count), count: count))
    }
}

extension CodecError {
    static var endsEarly: CodecError { CodecError("a column ends early") }
    static var outsideItsList: CodecError { CodecError("a reference points outside its list") }
    static func countExceeds(_ limit: Int) -> CodecError { CodecError("a count exceeds \(limit)") }
}
