import Logging
import OTLP
import Tracing

// Attributes are sorted by key: dictionaries have no order of their own, and equal content is to
// give equal bytes.

extension OTLPKeyValue {
    init(_ key: String, _ value: OTLPAnyValue.OneOf_Value) {
        self.init()
        self.key = key
        self.value = OTLPAnyValue(value)
    }
}

extension OTLPAnyValue {
    init(_ value: OneOf_Value) {
        self.init()
        self.value = value
    }
}

extension [OTLPKeyValue] {
    mutating func sortByKey() {
        sort { $0.key < $1.key }
    }

    init(_ attributes: SpanAttributes) {
        self.init()
        reserveCapacity(attributes.count)
        attributes.forEach { key, attribute in
            if let value = OTLPAnyValue.OneOf_Value(attribute) {
                append(OTLPKeyValue(key, value))
            }
        }
        sortByKey()
    }

    /// The entries of all layers; where a key stands in several, the last one's value holds.
    init(_ layers: Logger.Metadata?..., reserving extraCount: Int = 0) {
        self.init()
        let layers = layers.compactMap { $0 }.filter { !$0.isEmpty }
        reserveCapacity(layers.reduce(extraCount) { $0 + $1.count })
        for (index, layer) in layers.enumerated() {
            for (key, value) in layer
            where !layers[(index + 1)...].contains(where: { $0[key] != nil }) {
                append(OTLPKeyValue(key, OTLPAnyValue.OneOf_Value(value)))
            }
        }
    }
}

extension OTLPAnyValue.OneOf_Value {
    /// `nil` for attributes of a kind this version of the API doesn't have.
    init?(_ attribute: SpanAttribute) {
        switch attribute {
        case .string(let value): self = .stringValue(value)
        case .int32(let value): self = .intValue(Int64(value))
        case .int64(let value): self = .intValue(value)
        case .double(let value): self = .doubleValue(value)
        case .bool(let value): self = .boolValue(value)
        case .stringConvertible(let value): self = .stringValue("\(value)")
        case .stringArray(let values): self = .array(values) { .stringValue($0) }
        case .int32Array(let values): self = .array(values) { .intValue(Int64($0)) }
        case .int64Array(let values): self = .array(values) { .intValue($0) }
        case .doubleArray(let values): self = .array(values) { .doubleValue($0) }
        case .boolArray(let values): self = .array(values) { .boolValue($0) }
        case .stringConvertibleArray(let values): self = .array(values) { .stringValue("\($0)") }
        default: return nil
        }
    }

    /// What nests deeper than the given number of levels is left out.
    init(_ metadata: Logger.MetadataValue, depth: Int = 16) {
        switch metadata {
        case .string(let value):
            self = .stringValue(value)
        case .stringConvertible(let value):
            self = .stringValue("\(value)")
        case .array(let values):
            self = .array(depth > 0 ? values : []) { .init($0, depth: depth - 1) }
        case .dictionary(let entries):
            var list = OTLPKeyValueList()
            if depth > 0 {
                list.values = entries.map { OTLPKeyValue($0, .init($1, depth: depth - 1)) }
                list.values.sortByKey()
            }
            self = .kvlistValue(list)
        }
    }

    private static func array<Element>(
        _ elements: [Element],
        _ convert: (Element) -> Self
    ) -> Self {
        var array = OTLPArray()
        array.values = elements.map { OTLPAnyValue(convert($0)) }
        return .arrayValue(array)
    }
}
