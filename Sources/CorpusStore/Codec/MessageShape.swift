/// What the codec knows of a message inside a piece: which of its fields hold messages.
///
/// It decides only how finely a piece is split into values, never whether it comes back exactly:
/// a message that isn't what its field should hold is one value. Numbers are those of
/// opentelemetry/proto/{common,trace,metrics,logs}/v1.
enum MessageShape: UInt8 {
    /// A value.
    case none = 0
    case keyValue, anyValue, arrayValue
    /// `Resource` and `KeyValueList`.
    case keyValues
    /// `InstrumentationScope` and `Span.Event`.
    case event
    case link, span, logRecord, exemplar
    case numberPoint, histogramPoint, exponentialPoint, summaryPoint

    /// The shape of the message in a field, four bits a field from 1 on.
    private var children: UInt64 {
        switch self {
        case .none: 0
        case .keyValue: Self.anyValue.at(2)
        case .anyValue: Self.arrayValue.at(5) | Self.keyValues.at(6)
        case .arrayValue: Self.anyValue.at(1)
        case .keyValues: Self.keyValue.at(1)
        case .event: Self.keyValue.at(3)
        case .link: Self.keyValue.at(4)
        case .span: Self.keyValue.at(9) | Self.event.at(11) | Self.link.at(13)
        case .logRecord: Self.anyValue.at(5) | Self.keyValue.at(6)
        case .exemplar: Self.keyValue.at(7)
        case .numberPoint: Self.exemplar.at(5) | Self.keyValue.at(7)
        case .histogramPoint: Self.exemplar.at(8) | Self.keyValue.at(9)
        case .exponentialPoint: Self.keyValue.at(1) | Self.exemplar.at(11)
        case .summaryPoint: Self.keyValue.at(7)
        }
    }

    @inline(__always)
    func child(_ field: UInt64) -> MessageShape {
        guard field < 16 else { return .none }
        return MessageShape(rawValue: UInt8((children >> (field * 4)) & 15)) ?? .none
    }

    @inline(__always)
    private func at(_ field: UInt64) -> UInt64 {
        UInt64(rawValue) << (field * 4)
    }

    /// The shape of the data points in a field of `Metric`.
    static func point(ofMetricField field: UInt64) -> MessageShape? {
        switch field {
        case 5, 7: .numberPoint
        case 9: .histogramPoint
        case 10: .exponentialPoint
        case 11: .summaryPoint
        default: nil
        }
    }
}
