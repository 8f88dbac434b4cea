/// Reads protobuf's wire format (protobuf.dev, "Encoding") forward over a range of bytes.
///
/// Every read is checked against the range's end; nothing is allocated. The bytes must outlive
/// the cursor.
package struct WireCursor {
    /// A field's number and wire type.
    package struct Tag {
        package let field: UInt32
        package let type: UInt8
    }

    package static let varintType: UInt8 = 0
    package static let fixed64Type: UInt8 = 1
    package static let lengthDelimitedType: UInt8 = 2
    package static let fixed32Type: UInt8 = 5

    package let base: UnsafeRawPointer
    package private(set) var offset: Int
    package let end: Int

    package init(base: UnsafeRawPointer, range: Range<Int>) {
        self.base = base
        offset = range.lowerBound
        end = range.upperBound
    }

    /// The next field's tag, or nil at the end of the range.
    @inline(__always)
    package mutating func nextTag() throws(WireError) -> Tag? {
        guard offset < end else { return nil }
        let start = offset
        let key = try varint()
        let field = key >> 3
        guard field > 0, field < 1 << 29 else { throw WireError(.invalidFieldNumber, at: start) }
        return Tag(field: UInt32(truncatingIfNeeded: field), type: UInt8(key & 7))
    }

    @inline(__always)
    package mutating func varint() throws(WireError) -> UInt64 {
        guard offset < end else { throw WireError(.truncated, at: offset) }
        let first = base.load(fromByteOffset: offset, as: UInt8.self)
        offset += 1
        return first < 0x80 ? UInt64(first) : try longVarint(first)
    }

    private mutating func longVarint(_ first: UInt8) throws(WireError) -> UInt64 {
        let start = offset - 1
        var value = UInt64(first & 0x7f)
        var shift: UInt64 = 7
        while offset < end {
            let byte = base.load(fromByteOffset: offset, as: UInt8.self)
            offset += 1
            if shift == 63, byte > 1 { throw WireError(.overlongVarint, at: start) }
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw WireError(.truncated, at: start)
    }

    @inline(__always)
    package mutating func fixed64() throws(WireError) -> UInt64 {
        guard end - offset >= 8 else { throw WireError(.truncated, at: offset) }
        let value = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        offset += 8
        return UInt64(littleEndian: value)
    }

    /// The content of a length-delimited field; the cursor moves past it.
    @inline(__always)
    package mutating func lengthDelimited() throws(WireError) -> Range<Int> {
        let start = offset
        let length = try varint()
        guard length <= UInt64(end - offset) else { throw WireError(.truncated, at: start) }
        let content = offset..<(offset + Int(length))
        offset = content.upperBound
        return content
    }

    /// Moves past the value of a field that nobody asked for.
    package mutating func skip(_ tag: Tag) throws(WireError) {
        switch tag.type {
        case Self.varintType: _ = try varint()
        case Self.fixed64Type: _ = try fixed64()
        case Self.lengthDelimitedType: _ = try lengthDelimited()
        case Self.fixed32Type:
            guard end - offset >= 4 else { throw WireError(.truncated, at: offset) }
            offset += 4
        default: throw WireError(.invalidWireType(tag.type), at: offset)
        }
    }
}
