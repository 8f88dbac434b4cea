extension RequestScan {
    /// The scanned payload of spans or log records without those items that `isKept`, one for each
    /// of ``items``, leaves out; nil when nothing is left.
    ///
    /// Scopes and resources without an item left go too; all else stays as it was, unknown fields
    /// included, with the lengths around it mended.
    /// - Throws: ``WireError`` where the bytes are not those that were scanned.
    public static func cut(
        _ payload: [UInt8],
        keeping isKept: [Bool]
    ) throws(WireError) -> [UInt8]? {
        guard isKept.contains(true) else { return nil }
        guard isKept.contains(false) else { return payload }
        let result = payload.withUnsafeBytes { bytes -> Result<[UInt8]?, WireError> in
            guard let base = bytes.baseAddress else { return .success(nil) }
            var cutter = ItemCutter(base: base, isKept: isKept)
            do throws(WireError) {
                return .success(try cutter.message(0..<bytes.count, level: 0))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

/// Copies the messages of an export request from the outside in, save the items that go.
private struct ItemCutter {
    /// The field that leads inwards: to resources, to scopes, to items.
    private static let inwardFields: [UInt32] = [1, 2, 2]

    let base: UnsafeRawPointer
    let isKept: [Bool]
    private var item = 0

    init(base: UnsafeRawPointer, isKept: [Bool]) {
        self.base = base
        self.isKept = isKept
    }

    /// The message without what goes; nil when no item is left in it.
    mutating func message(_ range: Range<Int>, level: Int) throws(WireError) -> [UInt8]? {
        var left: [UInt8] = []
        left.reserveCapacity(range.count)
        var hasItems = false
        var cursor = WireCursor(base: base, range: range)
        var start = cursor.offset
        while let tag = try cursor.nextTag() {
            defer { start = cursor.offset }
            guard tag.field == Self.inwardFields[level], tag.type == WireCursor.lengthDelimitedType
            else {
                try cursor.skip(tag)
                copy(start..<cursor.offset, to: &left)
                continue
            }
            let content = try cursor.lengthDelimited()
            guard level < 2 else {
                if item < isKept.count, isKept[item] {
                    copy(start..<cursor.offset, to: &left)
                    hasItems = true
                }
                item += 1
                continue
            }
            guard let inner = try message(content, level: level + 1) else { continue }
            hasItems = true
            left.append(UInt8(truncatingIfNeeded: tag.field << 3) | tag.type)
            left.append(varint: inner.count)
            left += inner
        }
        return hasItems ? left : nil
    }

    private func copy(_ range: Range<Int>, to bytes: inout [UInt8]) {
        bytes += UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }
}

extension [UInt8] {
    /// Adds a length as protobuf writes it.
    package mutating func append(varint value: Int) {
        var rest = UInt(value)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
}
