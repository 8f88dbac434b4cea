/// A field as OTLP/JSON writes it.
package struct JSONField: Sendable {
    package enum ValueType: Sendable {
        case message(@Sendable () -> JSONMessage)
        case string, hex, base64, boolean, double
        case integer32, zigzag32, integer64, fixed32, fixed64, signedFixed64
    }

    package let number: Int
    let nameLength: Int
    package let type: ValueType
    package let isList: Bool

    static func one(_ number: Int, _ name: StaticString, _ type: ValueType) -> JSONField {
        JSONField(
            number: number,
            nameLength: name.utf8CodeUnitCount,
            type: type,
            isList: false
        )
    }

    static func list(_ number: Int, _ name: StaticString, _ type: ValueType) -> JSONField {
        JSONField(number: number, nameLength: name.utf8CodeUnitCount, type: type, isList: true)
    }
}

/// The fields of an OTLP message by their numbers, as opentelemetry/proto/…/v1 gives them.
package final class JSONMessage: Sendable {
    package let fields: [JSONField]

    private init(_ fields: [JSONField]) {
        self.fields = fields
    }

    package static let traceRequest: JSONMessage = JSONMessage([
        .list(1, "resourceSpans", .message { JSONMessage.resourceSpans })
    ])
    package static let resourceSpans: JSONMessage = JSONMessage([
        .one(1, "resource", .message { JSONMessage.resource }),
        .list(2, "scopeSpans", .message { JSONMessage.scopeSpans }),
        .one(3, "schemaUrl", .string),
    ])
    package static let scopeSpans: JSONMessage = JSONMessage([
        .one(1, "scope", .message { JSONMessage.scope }),
        .list(2, "spans", .message { JSONMessage.span }),
        .one(3, "schemaUrl", .string),
    ])
    package static let span: JSONMessage = JSONMessage([
        .one(1, "traceId", .hex),
        .one(2, "spanId", .hex),
        .one(3, "traceState", .string),
        .one(4, "parentSpanId", .hex),
        .one(5, "name", .string),
        .one(6, "kind", .integer32),
        .one(7, "startTimeUnixNano", .fixed64),
        .one(8, "endTimeUnixNano", .fixed64),
        .list(9, "attributes", .message { JSONMessage.keyValue }),
        .one(10, "droppedAttributesCount", .integer32),
        .list(11, "events", .message { JSONMessage.event }),
        .one(12, "droppedEventsCount", .integer32),
        .list(13, "links", .message { JSONMessage.link }),
        .one(14, "droppedLinksCount", .integer32),
        .one(15, "status", .message { JSONMessage.status }),
        .one(16, "flags", .fixed32),
    ])
    package static let event: JSONMessage = JSONMessage([
        .one(1, "timeUnixNano", .fixed64),
        .one(2, "name", .string),
        .list(3, "attributes", .message { JSONMessage.keyValue }),
        .one(4, "droppedAttributesCount", .integer32),
    ])
    package static let link: JSONMessage = JSONMessage([
        .one(1, "traceId", .hex),
        .one(2, "spanId", .hex),
        .one(3, "traceState", .string),
        .list(4, "attributes", .message { JSONMessage.keyValue }),
        .one(5, "droppedAttributesCount", .integer32),
        .one(6, "flags", .fixed32),
    ])
    package static let status: JSONMessage = JSONMessage([
        .one(2, "message", .string),
        .one(3, "code", .integer32),
    ])
    package static let metricsRequest: JSONMessage = JSONMessage([
        .list(1, "resourceMetrics", .message { JSONMessage.resourceMetrics })
    ])
    package static let resourceMetrics: JSONMessage = JSONMessage([
        .one(1, "resource", .message { JSONMessage.resource }),
        .list(2, "scopeMetrics", .message { JSONMessage.scopeMetrics }),
        .one(3, "schemaUrl", .string),
    ])
    package static let scopeMetrics: JSONMessage = JSONMessage([
        .one(1, "scope", .message { JSONMessage.scope }),
        .list(2, "metrics", .message { JSONMessage.metric }),
        .one(3, "schemaUrl", .string),
    ])
    package static let metric: JSONMessage = JSONMessage([
        .one(1, "name", .string),
        .one(2, "description", .string),
        .one(3, "unit", .string),
        .one(5, "gauge", .message { JSONMessage.gauge }),
        .one(7, "sum", .message { JSONMessage.sum }),
        .one(9, "histogram", .message { JSONMessage.histogram }),
        .one(10, "exponentialHistogram", .message { JSONMessage.exponentialHistogram }),
        .one(11, "summary", .message { JSONMessage.summary }),
        .list(12, "metadata", .message { JSONMessage.keyValue }),
    ])
    package static let gauge: JSONMessage = JSONMessage([
        .list(1, "dataPoints", .message { JSONMessage.numberDataPoint })
    ])
    package static let sum: JSONMessage = JSONMessage([
        .list(1, "dataPoints", .message { JSONMessage.numberDataPoint }),
        .one(2, "aggregationTemporality", .integer32),
        .one(3, "isMonotonic", .boolean),
    ])
    package static let histogram: JSONMessage = JSONMessage([
        .list(1, "dataPoints", .message { JSONMessage.histogramDataPoint }),
        .one(2, "aggregationTemporality", .integer32),
    ])
    package static let exponentialHistogram: JSONMessage = JSONMessage([
        .list(1, "dataPoints", .message { JSONMessage.exponentialHistogramDataPoint }),
        .one(2, "aggregationTemporality", .integer32),
    ])
    package static let summary: JSONMessage = JSONMessage([
        .list(1, "dataPoints", .message { JSONMessage.summaryDataPoint })
    ])
    package static let numberDataPoint: JSONMessage = JSONMessage([
        .one(2, "startTimeUnixNano", .fixed64),
        .one(3, "timeUnixNano", .fixed64),
        .one(4, "asDouble", .double),
        .list(5, "exemplars", .message { JSONMessage.exemplar }),
        .one(6, "asInt", .signedFixed64),
        .list(7, "attributes", .message { JSONMessage.keyValue }),
        .one(8, "flags", .integer32),
    ])
    package static let histogramDataPoint: JSONMessage = JSONMessage([
        .one(2, "startTimeUnixNano", .fixed64),
        .one(3, "timeUnixNano", .fixed64),
        .one(4, "count", .fixed64),
        .one(5, "sum", .double),
        .list(6, "bucketCounts", .fixed64),
        .list(7, "explicitBounds", .double),
        .list(8, "exemplars", .message { JSONMessage.exemplar }),
        .list(9, "attributes", .message { JSONMessage.keyValue }),
        .one(10, "flags", .integer32),
        .one(11, "min", .double),
        .one(12, "max", .double),
    ])
    package static let exponentialHistogramDataPoint: JSONMessage = JSONMessage([
        .list(1, "attributes", .message { JSONMessage.keyValue }),
        .one(2, "startTimeUnixNano", .fixed64),
        .one(3, "timeUnixNano", .fixed64),
        .one(4, "count", .fixed64),
        .one(5, "sum", .double),
        .one(6, "scale", .zigzag32),
        .one(7, "zeroCount", .fixed64),
        .one(8, "positive", .message { JSONMessage.buckets }),
        .one(9, "negative", .message { JSONMessage.buckets }),
        .one(10, "flags", .integer32),
        .list(11, "exemplars", .message { JSONMessage.exemplar }),
        .one(12, "min", .double),
        .one(13, "max", .double),
        .one(14, "zeroThreshold", .double),
    ])
    package static let buckets: JSONMessage = JSONMessage([
        .one(1, "offset", .zigzag32),
        .list(2, "bucketCounts", .integer64),
    ])
    package static let summaryDataPoint: JSONMessage = JSONMessage([
        .one(2, "startTimeUnixNano", .fixed64),
        .one(3, "timeUnixNano", .fixed64),
        .one(4, "count", .fixed64),
        .one(5, "sum", .double),
        .list(6, "quantileValues", .message { JSONMessage.quantile }),
        .list(7, "attributes", .message { JSONMessage.keyValue }),
        .one(8, "flags", .integer32),
    ])
    package static let quantile: JSONMessage = JSONMessage([
        .one(1, "quantile", .double),
        .one(2, "value", .double),
    ])
    package static let exemplar: JSONMessage = JSONMessage([
        .one(2, "timeUnixNano", .fixed64),
        .one(3, "asDouble", .double),
        .one(4, "spanId", .hex),
        .one(5, "traceId", .hex),
        .one(6, "asInt", .signedFixed64),
        .list(7, "filteredAttributes", .message { JSONMessage.keyValue }),
    ])
    package static let logsRequest: JSONMessage = JSONMessage([
        .list(1, "resourceLogs", .message { JSONMessage.resourceLogs })
    ])
    package static let resourceLogs: JSONMessage = JSONMessage([
        .one(1, "resource", .message { JSONMessage.resource }),
        .list(2, "scopeLogs", .message { JSONMessage.scopeLogs }),
        .one(3, "schemaUrl", .string),
    ])
    package static let scopeLogs: JSONMessage = JSONMessage([
        .one(1, "scope", .message { JSONMessage.scope }),
        .list(2, "logRecords", .message { JSONMessage.logRecord }),
        .one(3, "schemaUrl", .string),
    ])
    package static let logRecord: JSONMessage = JSONMessage([
        .one(1, "timeUnixNano", .fixed64),
        .one(2, "severityNumber", .integer32),
        .one(3, "severityText", .string),
        .one(5, "body", .message { JSONMessage.anyValue }),
        .list(6, "attributes", .message { JSONMessage.keyValue }),
        .one(7, "droppedAttributesCount", .integer32),
        .one(8, "flags", .fixed32),
        .one(9, "traceId", .hex),
        .one(10, "spanId", .hex),
        .one(11, "observedTimeUnixNano", .fixed64),
        .one(12, "eventName", .string),
    ])
    package static let resource: JSONMessage = JSONMessage([
        .list(1, "attributes", .message { JSONMessage.keyValue }),
        .one(2, "droppedAttributesCount", .integer32),
    ])
    package static let scope: JSONMessage = JSONMessage([
        .one(1, "name", .string),
        .one(2, "version", .string),
        .list(3, "attributes", .message { JSONMessage.keyValue }),
        .one(4, "droppedAttributesCount", .integer32),
    ])
    package static let keyValue: JSONMessage = JSONMessage([
        .one(1, "key", .string),
        .one(2, "value", .message { JSONMessage.anyValue }),
    ])
    package static let anyValue: JSONMessage = JSONMessage([
        .one(1, "stringValue", .string),
        .one(2, "boolValue", .boolean),
        .one(3, "intValue", .integer64),
        .one(4, "doubleValue", .double),
        .one(5, "arrayValue", .message { JSONMessage.arrayValue }),
        .one(6, "kvlistValue", .message { JSONMessage.kvlistValue }),
        .one(7, "bytesValue", .base64),
    ])
    package static let arrayValue: JSONMessage = JSONMessage([
        .list(1, "values", .message { JSONMessage.anyValue })
    ])
    package static let kvlistValue: JSONMessage = JSONMessage([
        .list(1, "values", .message { JSONMessage.keyValue })
    ])
}
