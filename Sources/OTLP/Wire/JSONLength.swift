/// How many bytes an export request takes as OTLP/JSON (OTLP specification, "JSON Protobuf
/// Encoding"), counted on the wire bytes without writing the JSON.
///
/// Compact JSON: no spaces, lowerCamelCase names, ids as hex, enums as numbers, 64-bit integers as
/// strings, bytes as base64, non-ASCII text as it is. Unknown fields don't count.
public enum JSONLength {
    /// Messages nested deeper than this count as nothing, so that no payload can exhaust the stack.
    public static let maximumDepth = 100

    /// The length in bytes.
    /// - Throws: ``WireError`` where the bytes, attribute values included, are not well-formed.
    public static func count(_ signal: Signal, payload: [UInt8]) throws(WireError) -> Int {
        let message: JSONMessage =
            switch signal {
            case .traces: .traceRequest
            case .metrics: .metricsRequest
            case .logs: .logsRequest
            }
        let result = payload.withUnsafeBytes { bytes -> Result<Int, WireError> in
            guard let base = bytes.baseAddress else { return .success(2) }
            let counter = JSONCounter(base: base)
            do throws(WireError) {
                return .success(try counter.count(message, 0..<bytes.count, depth: 0))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

private struct JSONCounter {
    let base: UnsafeRawPointer

    func count(
        _ message: JSONMessage,
        _ range: Range<Int>,
        depth: Int
    ) throws(WireError) -> Int {
        guard depth < JSONLength.maximumDepth else { return 0 }
        let fields = message.fields
        var seen: UInt32 = 0
        var length = 0
        var members = 0
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            guard tag.field < fields.count, let field = fields[Int(tag.field)] else {
                try cursor.skip(tag)
                continue
            }
            let bit: UInt32 = 1 << tag.field
            let isFirst = seen & bit == 0
            seen |= bit
            guard let value = try value(of: field, tag: tag, &cursor, depth: depth) else {
                continue
            }
            if isFirst {
                // "name": and, for a list, its brackets.
                length += field.nameLength + 3 + (field.isList ? 2 : 0)
                members += 1
                length += value
            } else if field.isList {
                length += value + 1
            }
        }
        return length + 2 + max(0, members - 1)
    }

    private func value(
        of field: JSONField,
        tag: WireCursor.Tag,
        _ cursor: inout WireCursor,
        depth: Int
    ) throws(WireError) -> Int? {
        switch (field.type, tag.type) {
        case (.message(let message), WireCursor.lengthDelimitedType):
            return try count(message(), try cursor.lengthDelimited(), depth: depth + 1)
        case (.string, WireCursor.lengthDelimitedType):
            return 2 + escapedLength(try cursor.lengthDelimited())
        case (.hex, WireCursor.lengthDelimitedType):
            return 2 + 2 * (try cursor.lengthDelimited()).count
        case (.base64, WireCursor.lengthDelimitedType):
            return 2 + (try cursor.lengthDelimited().count + 2) / 3 * 4
        case (.integer32, WireCursor.varintType):
            return digits(signed: Int64(Int32(truncatingIfNeeded: try cursor.varint())))
        case (.zigzag32, WireCursor.varintType):
            let raw = UInt32(truncatingIfNeeded: try cursor.varint())
            return digits(signed: Int64(Int32(bitPattern: (raw >> 1) ^ (0 &- (raw & 1)))))
        case (.integer64, WireCursor.varintType):
            return 2 + digits(signed: Int64(bitPattern: try cursor.varint()))
        case (.boolean, WireCursor.varintType):
            return try cursor.varint() == 0 ? 5 : 4
        case (.fixed64, WireCursor.fixed64Type):
            return 2 + digits(try cursor.fixed64())
        case (.signedFixed64, WireCursor.fixed64Type):
            return 2 + digits(signed: Int64(bitPattern: try cursor.fixed64()))
        case (.double, WireCursor.fixed64Type):
            return doubleLength(Double(bitPattern: try cursor.fixed64()))
        case (.fixed32, WireCursor.fixed32Type):
            let start = cursor.offset
            try cursor.skip(tag)
            return digits(UInt64(base.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
        case (.double, WireCursor.lengthDelimitedType) where field.isList:
            return try packed(try cursor.lengthDelimited()) { element throws(WireError) in
                doubleLength(Double(bitPattern: try element.fixed64()))
            }
        case (.fixed64, WireCursor.lengthDelimitedType) where field.isList:
            return try packed(try cursor.lengthDelimited()) { element throws(WireError) in
                2 + digits(try element.fixed64())
            }
        case (.integer64, WireCursor.lengthDelimitedType) where field.isList:
            return try packed(try cursor.lengthDelimited()) { element throws(WireError) in
                2 + digits(try element.varint())
            }
        default:
            try cursor.skip(tag)
            return nil
        }
    }

    private func packed(
        _ range: Range<Int>,
        _ element: (inout WireCursor) throws(WireError) -> Int
    ) throws(WireError) -> Int? {
        var cursor = WireCursor(base: base, range: range)
        var length = -1
        while cursor.offset < cursor.end { length += try element(&cursor) + 1 }
        return length < 0 ? nil : length
    }

    private func escapedLength(_ range: Range<Int>) -> Int {
        var length = range.count
        for byte in UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count) {
            switch byte {
            case 0x22, 0x5c, 0x08, 0x09, 0x0a, 0x0c, 0x0d: length += 1
            case 0..<0x20: length += 5
            default: break
            }
        }
        return length
    }

    private func digits(_ value: UInt64) -> Int {
        var count = 1
        var bound: UInt64 = 10
        while value >= bound {
            count += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        return count
    }

    private func digits(signed value: Int64) -> Int {
        digits(value.magnitude) + (value < 0 ? 1 : 0)
    }

    private func doubleLength(_ value: Double) -> Int {
        if let whole = Int64(exactly: value) { return digits(signed: whole) }
        // "NaN", "Infinity" and "-Infinity" stand in quotes.
        return value.isFinite ? value.description.utf8.count : value.isNaN ? 5 : value < 0 ? 11 : 10
    }
}
