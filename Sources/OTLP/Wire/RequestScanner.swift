/// The longest payload the wire scanner takes, in bytes: offsets are kept in 32 bits.
public let maximumPayloadBytes = Int(Int32.max)

extension RequestScan {
    /// Scans an encoded export request in one pass.
    ///
    /// Unknown fields are stepped over. Attribute values are opaque here, save `service.name`.
    /// - Throws: ``WireError`` with the offset where the bytes stop being well-formed.
    public init(_ signal: Signal, payload: [UInt8]) throws(WireError) {
        guard payload.count <= maximumPayloadBytes else {
            throw WireError(.tooLong(limit: maximumPayloadBytes), at: 0)
        }
        self.init()
        holes.reserveCapacity(payload.count / 48)
        items.reserveCapacity(payload.count / 160)
        let result = payload.withUnsafeBytes { bytes -> Result<RequestScan, WireError> in
            guard let base = bytes.baseAddress, !bytes.isEmpty else { return .success(self) }
            var scanner = RequestScanner(base: base, signal: signal, scan: self)
            do throws(WireError) {
                try scanner.scanRequest(0..<bytes.count)
                return .success(scanner.scan)
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }
}

/// Walks the messages of an export request from the outside in; every level has a fixed depth,
/// so nothing in the bytes can make it recurse.
struct RequestScanner {
    let base: UnsafeRawPointer
    let signal: Signal
    var scan: RequestScan

    mutating func scanRequest(_ range: Range<Int>) throws(WireError) {
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            guard tag.field == 1, tag.type == WireCursor.lengthDelimitedType else {
                try cursor.skip(tag)
                continue
            }
            try scanResourceEntry(try cursor.lengthDelimited())
        }
    }

    private mutating func scanResourceEntry(_ range: Range<Int>) throws(WireError) {
        let index = scan.resources.count
        scan.resources.append(RequestScan.Resource(entry: narrow(range)))
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            switch (tag.field, tag.type) {
            case (1, WireCursor.lengthDelimitedType):
                let message = try cursor.lengthDelimited()
                scan.resources[index].message = narrow(message)
                scan.resources[index].serviceName = try serviceName(message)
            case (2, WireCursor.lengthDelimitedType):
                try scanScopeEntry(try cursor.lengthDelimited(), resource: Int32(index))
            default:
                try cursor.skip(tag)
            }
        }
    }

    private mutating func scanScopeEntry(
        _ range: Range<Int>,
        resource: Int32
    ) throws(WireError) {
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            guard tag.field == 2, tag.type == WireCursor.lengthDelimitedType else {
                try cursor.skip(tag)
                continue
            }
            let content = try cursor.lengthDelimited()
            switch signal {
            case .traces: try scanSpan(content, resource: resource)
            case .metrics: try scanMetric(content, resource: resource)
            case .logs: try scanLogRecord(content, resource: resource)
            }
        }
    }

    // MARK: Items

    mutating func beginItem(resource: Int32) -> RequestScan.Item {
        RequestScan.Item(firstHole: Int32(scan.holes.count), resource: resource)
    }

    mutating func endItem(_ item: RequestScan.Item) {
        var item = item
        item.holeCount = Int32(scan.holes.count) - item.firstHole
        scan.items.append(item)
    }

    /// Steps over an attribute and notes where it stands.
    @inline(__always)
    func noteAttribute(
        _ cursor: inout WireCursor,
        of item: inout RequestScan.Item
    ) throws(WireError) {
        let start = cursor.offset
        _ = try cursor.lengthDelimited()
        let attributes = narrow(start..<cursor.offset)
        item.attributes =
            item.attributes.isEmpty
            ? attributes : item.attributes.lowerBound..<attributes.upperBound
    }

    @inline(__always)
    mutating func addHole(at offset: Int, _ kind: Hole.Kind) {
        scan.holes.append(Hole(offset: UInt32(truncatingIfNeeded: offset), kind: kind))
    }

    /// Reads a `fixed64` timestamp and notes the hole it stands in.
    @inline(__always)
    mutating func time(
        _ cursor: inout WireCursor,
        _ kind: Hole.Kind
    ) throws(WireError) -> UInt64 {
        let value = try cursor.fixed64()
        addHole(at: cursor.offset - 8, kind)
        return value
    }

    /// Reads an id field; one of the wrong length is no hole and stays in the skeleton.
    ///
    /// - Returns: where the id stands, or −1.
    @inline(__always)
    mutating func identifier(
        _ cursor: inout WireCursor,
        _ kind: Hole.Kind
    ) throws(WireError) -> Int32 {
        let content = try cursor.lengthDelimited()
        guard content.count == kind.width else { return -1 }
        addHole(at: content.lowerBound, kind)
        return Int32(truncatingIfNeeded: content.lowerBound)
    }

    /// As ``identifier(_:_:)``, for the item's own ids: where a field stands twice the last one
    /// counts (protobuf.dev, "Last One Wins"), so an earlier one becomes an id of no one's.
    mutating func ownIdentifier(
        _ cursor: inout WireCursor,
        _ kind: Hole.Kind,
        previous: Int32,
        since firstHole: Int32
    ) throws(WireError) -> Int32 {
        let offset = try identifier(&cursor, kind)
        if previous >= 0 {
            for index in Int(firstHole)..<scan.holes.count
            where scan.holes[index].offset == UInt32(previous) {
                scan.holes[index].kind = kind.width == 16 ? .otherTraceID : .otherSpanID
            }
        }
        return offset
    }

    func narrow(_ range: Range<Int>) -> RequestScan.Bytes {
        Int32(truncatingIfNeeded: range.lowerBound)..<Int32(truncatingIfNeeded: range.upperBound)
    }

    // MARK: Resource

    /// The value of the `service.name` attribute of a `Resource` message.
    private func serviceName(_ range: Range<Int>) throws(WireError) -> RequestScan.Bytes {
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            guard tag.field == 1, tag.type == WireCursor.lengthDelimitedType else {
                try cursor.skip(tag)
                continue
            }
            if let name = try stringAttribute(try cursor.lengthDelimited(), key: "service.name") {
                return narrow(name)
            }
        }
        return 0..<0
    }

    /// The string value of a `KeyValue` message, if it has the given key.
    private func stringAttribute(
        _ range: Range<Int>,
        key: StaticString
    ) throws(WireError) -> Range<Int>? {
        var cursor = WireCursor(base: base, range: range)
        var matches = false
        var value: Range<Int>?
        while let tag = try cursor.nextTag() {
            switch (tag.field, tag.type) {
            case (1, WireCursor.lengthDelimitedType):
                let found = try cursor.lengthDelimited()
                matches = UnsafeRawBufferPointer(rebasing: bytes(found))
                    .elementsEqual(
                        UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
                    )
            case (2, WireCursor.lengthDelimitedType):
                value = try stringValue(try cursor.lengthDelimited())
            default:
                try cursor.skip(tag)
            }
        }
        return matches ? value : nil
    }

    /// The content of an `AnyValue` message that holds a string.
    func stringValue(_ range: Range<Int>) throws(WireError) -> Range<Int>? {
        var cursor = WireCursor(base: base, range: range)
        var value: Range<Int>?
        while let tag = try cursor.nextTag() {
            if tag.field == 1, tag.type == WireCursor.lengthDelimitedType {
                value = try cursor.lengthDelimited()
            } else {
                try cursor.skip(tag)
            }
        }
        return value
    }

    private func bytes(_ range: Range<Int>) -> Slice<UnsafeRawBufferPointer> {
        UnsafeRawBufferPointer(start: base, count: range.upperBound)[range]
    }
}
