import OTLP
import SwiftProtobuf

/// Encodes batches as export requests of one resource, grouped by instrumentation scope.
struct ResourceEncoding: Sendable {
    private let resource: OTLPResource

    /// A resource with the given attributes, and those that say whose telemetry it is
    /// (semantic conventions, "Telemetry SDK").
    init(_ attributes: [String: String]) {
        let sdk = [
            "telemetry.sdk.language": "swift",
            "telemetry.sdk.name": "playback",
            "telemetry.sdk.version": "1.0.0",
        ]
        var resource = OTLPResource()
        resource.attributes = attributes.merging(sdk) { own, _ in own }
            .map { OTLPKeyValue($0, .stringValue($1)) }
        resource.attributes.sortByKey()
        self.resource = resource
    }

    func encode(_ spans: [FinishedSpan]) throws -> [UInt8] {
        try request(spans, scope: \.scope) { OTLPSpan($0) }
    }

    func encode(_ points: [MetricPoint]) throws -> [UInt8] {
        try request(groupedByMetric(points), scope: { _ in "swift-metrics" }) { OTLPMetric($0) }
    }

    func encode(_ records: [LogRecord]) throws -> [UInt8] {
        try request(records, scope: \.label) { OTLPLogRecord($0) }
    }

    /// An export request of one resource, with its scopes and items in the order in which they came.
    ///
    /// The requests of the three signals nest alike, in the same fields. These outer levels are
    /// framed here because swift-protobuf measures a message anew at each level it is nested in,
    /// which takes longer than all the rest.
    private func request<Item, Name: StringProtocol>(
        _ items: [Item],
        scope name: (Item) -> Name,
        _ message: (Item) -> some Message
    ) throws -> [UInt8] {
        var scopes: [[UInt8]] = []
        var indices: [Name: Int] = [:]
        for item in items {
            let name = name(item)
            let index = indices[name] ?? scopes.count
            if index == scopes.count {
                indices[name] = index
                scopes.append([])
                let scope = OTLPScope.with { $0.name = String(name) }
                scopes[index].appendField(1, try scope.serializedBytes())
            }
            scopes[index].appendField(2, try message(item).serializedBytes())
        }
        var entry: [UInt8] = []
        entry.appendField(1, try resource.serializedBytes())
        for scope in scopes {
            entry.appendField(2, scope)
        }
        var request: [UInt8] = []
        request.appendField(1, entry)
        return request
    }

    private func groupedByMetric(_ points: [MetricPoint]) -> [[MetricPoint]] {
        var groups: [[MetricPoint]] = []
        var indices: [ObjectIdentifier: Int] = [:]
        for point in points {
            let index = indices[point.series.metric.id] ?? groups.count
            if index == groups.count {
                indices[point.series.metric.id] = index
                groups.append([])
            }
            groups[index].append(point)
        }
        return groups
    }
}

extension [UInt8] {
    /// Appends a length-delimited field (Protocol Buffers, "Encoding").
    fileprivate mutating func appendField(_ number: UInt8, _ content: [UInt8]) {
        let lengthDelimited: UInt8 = 2
        append(number << 3 | lengthDelimited)
        var length = content.count
        while length > 0x7f {
            append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        append(UInt8(length))
        append(contentsOf: content)
    }
}
