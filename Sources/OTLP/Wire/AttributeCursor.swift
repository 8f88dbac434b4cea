/// Reads the attributes of an item or a resource forward, without decoding their values.
package struct AttributeCursor {
    /// A `KeyValue`; its bytes are those of the payload.
    package struct Attribute {
        /// UTF-8; empty where there is none.
        package let key: UnsafeRawBufferPointer
        /// The whole message.
        package let message: UnsafeRawBufferPointer
    }

    private var cursor: WireCursor
    private let field: UInt32
    /// The first attribute of an item lies at the range's very beginning, its tag before it.
    private var beginsInside: Bool

    /// The attributes of an item of a scan, which a metric's type says where to seek for points.
    package init(
        of item: RequestScan.Item,
        _ signal: Signal,
        _ type: RequestScan.MetricType,
        base: UnsafeRawPointer
    ) {
        cursor = WireCursor(base: base, range: item.attributes.places)
        field =
            switch signal {
            case .traces: 9
            case .metrics: type.attributesField
            case .logs: 6
            }
        beginsInside = !item.attributes.isEmpty
    }

    /// The attributes of a resource.
    package init(of resource: RequestScan.Resource, base: UnsafeRawPointer) {
        cursor = WireCursor(base: base, range: resource.message.places)
        field = 1
        beginsInside = false
    }

    /// The next attribute, or nil after the last.
    /// - Throws: ``WireError`` for a message that isn't well-formed.
    package mutating func next() throws(WireError) -> Attribute? {
        if beginsInside {
            beginsInside = false
            return try attribute()
        }
        while let tag = try cursor.nextTag() {
            if tag.field == field, tag.type == WireCursor.lengthDelimitedType {
                return try attribute()
            }
            try cursor.skip(tag)
        }
        return nil
    }

    private mutating func attribute() throws(WireError) -> Attribute {
        let range = try cursor.lengthDelimited()
        var inner = WireCursor(base: cursor.base, range: range)
        var key = range.lowerBound..<range.lowerBound
        while let tag = try inner.nextTag() {
            if tag.field == 1, tag.type == WireCursor.lengthDelimitedType {
                key = try inner.lengthDelimited()
            } else {
                try inner.skip(tag)
            }
        }
        return Attribute(key: bytes(key), message: bytes(range))
    }

    private func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: cursor.base + range.lowerBound, count: range.count)
    }
}

extension RequestScan.MetricType {
    /// The number of the field `attributes` in a point of this type; 0 where there are no points.
    var attributesField: UInt32 {
        switch self {
        case .none: 0
        case .gauge, .sum, .summary: 7
        case .histogram: 9
        case .exponentialHistogram: 1
        }
    }
}
