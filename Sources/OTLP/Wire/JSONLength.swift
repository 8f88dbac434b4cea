/// How many bytes an export request takes as OTLP/JSON (OTLP specification, "JSON Protobuf
/// Encoding"), counted on the wire bytes without writing the JSON.
///
/// Compact JSON as swift-protobuf writes it: no spaces, lowerCamelCase names, ids as hex, enums as
/// numbers, 64-bit integers as strings, bytes as base64, non-ASCII text as it is, control characters
/// escaped. Unknown fields don't count.
public enum JSONLength {
    /// Messages nested deeper than this count as nothing, so that no payload can exhaust the stack.
    public static let maximumDepth = 100

    /// The length in bytes.
    /// - Throws: ``WireError`` where the bytes, attribute values included, are not well-formed.
    public static func count(_ signal: Signal, payload: [UInt8]) throws(WireError) -> Int {
        let table = JSONTable.shared
        let root =
            switch signal {
            case .traces: table.roots[0]
            case .metrics: table.roots[1]
            case .logs: table.roots[2]
            }
        let result = payload.withUnsafeBytes { bytes -> Result<Int, WireError> in
            table.entries.withUnsafeBufferPointer { entries in
                table.powersOfTen.withUnsafeBufferPointer { powers in
                    guard let base = bytes.baseAddress, let entries = entries.baseAddress,
                        let powers = powers.baseAddress
                    else { return .success(2) }
                    let counter = JSONCounter(base: base, entries: entries, powersOfTen: powers)
                    do throws(WireError) {
                        return .success(try counter.count(root, 0..<bytes.count, depth: 0))
                    } catch {
                        return .failure(error)
                    }
                }
            }
        }
        return try result.get()
    }
}

private struct JSONCounter {
    let base: UnsafeRawPointer
    let entries: UnsafePointer<JSONTable.Entry>
    let powersOfTen: UnsafePointer<UInt64>

    func count(
        _ message: UInt8,
        _ range: Range<Int>,
        depth: Int
    ) throws(WireError) -> Int {
        guard depth < JSONLength.maximumDepth else { return 0 }
        let fields = entries + Int(message) * JSONTable.fieldsPerMessage
        var seen: UInt32 = 0
        var length = 0
        var members = 0
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            guard tag.field < JSONTable.fieldsPerMessage else {
                try cursor.skip(tag)
                continue
            }
            let field = fields[Int(tag.field)]
            guard field.form != .unknown else {
                try cursor.skip(tag)
                continue
            }
            let bit: UInt32 = 1 << tag.field
            let isFirst = seen & bit == 0
            seen |= bit
            let value = try value(of: field, tag: tag, &cursor, depth: depth)
            guard value >= 0 else { continue }
            if isFirst {
                // "name": and, for a list, its brackets.
                length += Int(field.nameLength) + 3 + (field.isList ? 2 : 0)
                members += 1
                length += value
            } else if field.isList {
                length += value + 1
            }
        }
        return length + 2 + max(0, members - 1)
    }

    /// The length of a value, or −1 where there is none.
    @inline(__always)
    private func value(
        of field: JSONTable.Entry,
        tag: WireCursor.Tag,
        _ cursor: inout WireCursor,
        depth: Int
    ) throws(WireError) -> Int {
        switch tag.type {
        case WireCursor.lengthDelimitedType:
            let content = try cursor.lengthDelimited()
            switch field.form {
            case .message: return try count(field.message, content, depth: depth + 1)
            case .string: return 2 + escapedLength(content)
            case .hex: return 2 + 2 * content.count
            case .base64: return 2 + (content.count + 2) / 3 * 4
            case .double, .fixed64, .integer64:
                return field.isList ? try packed(field.form, content) : -1
            default: return -1
            }
        case WireCursor.varintType:
            let value = try cursor.varint()
            switch field.form {
            case .integer32: return digits(signed: Int64(Int32(truncatingIfNeeded: value)))
            case .zigzag32:
                let raw = UInt32(truncatingIfNeeded: value)
                return digits(signed: Int64(Int32(bitPattern: (raw >> 1) ^ (0 &- (raw & 1)))))
            case .integer64:
                return 2 + (field.isList ? digits(value) : digits(signed: Int64(bitPattern: value)))
            case .boolean: return value == 0 ? 5 : 4
            default: return -1
            }
        case WireCursor.fixed64Type:
            let value = try cursor.fixed64()
            switch field.form {
            case .fixed64: return 2 + digits(value)
            case .signedFixed64: return 2 + digits(signed: Int64(bitPattern: value))
            case .double: return doubleLength(Double(bitPattern: value))
            default: return -1
            }
        default:
            let start = cursor.offset
            try cursor.skip(tag)
            guard field.form == .fixed32, tag.type == WireCursor.fixed32Type else { return -1 }
            let value = base.loadUnaligned(fromByteOffset: start, as: UInt32.self)
            return digits(UInt64(UInt32(littleEndian: value)))
        }
    }

    /// The length of a list's packed elements with the commas between them, or −1 for none.
    private func packed(
        _ form: JSONTable.Entry.Form,
        _ range: Range<Int>
    ) throws(WireError) -> Int {
        var cursor = WireCursor(base: base, range: range)
        var length = -1
        while cursor.offset < cursor.end {
            switch form {
            case .double: length += doubleLength(Double(bitPattern: try cursor.fixed64())) + 1
            case .fixed64: length += digits(try cursor.fixed64()) + 3
            default: length += digits(try cursor.varint()) + 3
            }
        }
        return length
    }

    /// Most text needs no escapes, which eight bytes at a time can tell.
    @inline(__always)
    private func escapedLength(_ range: Range<Int>) -> Int {
        var offset = range.lowerBound
        while range.upperBound - offset >= 8 {
            let word = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard !Self.mayNeedEscapes(word) else { return slowEscapedLength(range, from: offset) }
            offset += 8
        }
        let rest = range.upperBound - offset
        guard rest > 0 else { return range.count }
        // The rest as the upper part of a word that reaches back before it, spaces in its place.
        guard range.upperBound >= 8 else { return slowEscapedLength(range, from: offset) }
        let last = base.loadUnaligned(fromByteOffset: range.upperBound - 8, as: UInt64.self)
        let word =
            UInt64(littleEndian: last) >> UInt64(8 * (8 - rest))
            | 0x2020_2020_2020_2020 << UInt64(8 * rest)
        return Self.mayNeedEscapes(word) ? slowEscapedLength(range, from: offset) : range.count
    }

    /// Whether one of the word's bytes may be a quote, a backslash, a control character or the first
    /// byte of one of U+0080…U+009F.
    @inline(__always)
    private static func mayNeedEscapes(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        // The highest bit of each byte shows that the byte is 0, or near enough above one that is.
        func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & highs }
        let controls = (word &- ones &* 0x20) & ~word & highs
        return controls | zeros(word ^ ones &* 0x22) | zeros(word ^ ones &* 0x5c)
            | zeros(word ^ ones &* 0x7f) | zeros(word ^ ones &* 0xc2) != 0
    }

    private func slowEscapedLength(_ range: Range<Int>, from start: Int) -> Int {
        var length = range.count
        var previous: UInt8 = 0
        for offset in start..<range.upperBound {
            let byte = base.load(fromByteOffset: offset, as: UInt8.self)
            switch byte {
            case 0x22, 0x5c, 0x08, 0x09, 0x0a, 0x0c, 0x0d: length += 1
            case 0..<0x20, 0x7f: length += 5
            case 0x80...0x9f where previous == 0xc2: length += 4
            default: break
            }
            previous = byte
        }
        return length
    }

    @inline(__always)
    private func digits(_ value: UInt64) -> Int {
        // A number of b bits has b·log10(2) digits, or one more; 1233/4096 is just above log10(2).
        let atLeast = ((UInt64.bitWidth - value.leadingZeroBitCount) &* 1233) >> 12
        return atLeast + (value >= powersOfTen[atLeast] || value == 0 ? 1 : 0)
    }

    @inline(__always)
    private func digits(signed value: Int64) -> Int {
        digits(value.magnitude) + (value < 0 ? 1 : 0)
    }

    private func doubleLength(_ value: Double) -> Int {
        // Up to 2^53, a whole number stands with ".0" behind it; then exponents begin.
        if value.magnitude < 0x1p53, value == value.rounded(.towardZero) {
            return digits(UInt64(value.magnitude)) + 2 + (value.sign == .minus ? 1 : 0)
        }
        // "NaN", "Infinity" and "-Infinity" stand in quotes.
        return value.isFinite ? value.description.utf8.count : value.isNaN ? 5 : value < 0 ? 11 : 10
    }
}
