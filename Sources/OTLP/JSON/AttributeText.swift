import Foundation
import SwiftProtobuf

/// Attributes as the text of a JSON object, their values typed: texts, numbers and booleans.
///
/// What JSON has no plain value for is left out: arrays, maps, bytes, NaN and the infinities.
package struct AttributeText {
    private enum Value: Encodable {
        case text(String)
        case boolean(Bool)
        case integer(Int64)
        case number(Double)

        init?(_ value: Opentelemetry_Proto_Common_V1_AnyValue) {
            switch value.value {
            case .stringValue(var text):
                self = .text(
                    text.withUTF8 {
                        String(decoding: UnsafeRawBufferPointer($0).shortened, as: UTF8.self)
                    }
                )
            case .boolValue(let boolean): self = .boolean(boolean)
            case .intValue(let integer): self = .integer(integer)
            case .doubleValue(let number) where number.isFinite: self = .number(number)
            default: return nil
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .boolean(let boolean): try container.encode(boolean)
            case .integer(let integer): try container.encode(integer)
            case .number(let number): try container.encode(number)
            }
        }
    }

    private var values: [String: Value] = [:]

    package init() {}

    /// Adds an attribute, unless one of its key is there already or its bytes make no value.
    package mutating func add(_ attribute: AttributeCursor.Attribute) {
        guard
            let message = try? Opentelemetry_Proto_Common_V1_KeyValue(
                serializedBytes: Array(attribute.message)
            ), values[message.key] == nil
        else { return }
        values[message.key] = Value(message.value)
    }

    /// The object, its keys sorted.
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(values)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
