/// A field as OTLP/JSON writes it.
struct JSONField: Sendable {
    enum ValueType: Sendable {
        case message(@Sendable () -> JSONMessage)
        case string, hex, base64, boolean, double
        case integer32, zigzag32, integer64, fixed32, fixed64, signedFixed64
    }

    let nameLength: Int
    let type: ValueType
    let isList: Bool
}

/// The fields of an OTLP message by their numbers, as opentelemetry/proto/…/v1 gives them.
final class JSONMessage: Sendable {
    let fields: [JSONField?]

    private init(_ rows: [(number: Int, name: String, type: JSONField.ValueType, isList: Bool)]) {
        var fields = [JSONField?](repeating: nil, count: (rows.map(\.number).max() ?? 0) + 1)
        for row in rows {
            fields[row.number] = JSONField(
                nameLength: row.name.utf8.count,
                type: row.type,
                isList: row.isList
            )
        }
        self.fields = fields
    }

    static let traceRequest = JSONMessage([
        (1, "resourceSpans", .message { .resourceSpans }, true)
    ])
    static let resourceSpans = JSONMessage([
        (1, "resource", .message { .resource }, false),
        (2, "scopeSpans", .message { .scopeSpans }, true),
        (3, "schemaUrl", .string, false),
    ])
    static let scopeSpans = JSONMessage([
        (1, "scope", .message { .scope }, false),
        (2, "spans", .message { .span }, true),
        (3, "schemaUrl", .string, false),
    ])
    static let span = JSONMessage([
        (1, "traceId", .hex, false),
        (2, "spanId", .hex, false),
        (3, "traceState", .string, false),
        (4, "parentSpanId", .hex, false),
        (5, "name", .string, false),
        (6, "kind", .integer32, false),
        (7, "startTimeUnixNano", .fixed64, false),
        (8, "endTimeUnixNano", .fixed64, false),
        (9, "attributes", .message { .keyValue }, true),
        (10, "droppedAttributesCount", .integer32, false),
        (11, "events", .message { .event }, true),
        (12, "droppedEventsCount", .integer32, false),
        (13, "links", .message { .link }, true),
        (14, "droppedLinksCount", .integer32, false),
        (15, "status", .message { .status }, false),
        (16, "flags", .fixed32, false),
    ])
    static let event = JSONMessage([
        (1, "timeUnixNano", .fixed64, false),
        (2, "name", .string, false),
        (3, "attributes", .message { .keyValue }, true),
        (4, "droppedAttributesCount", .integer32, false),
    ])
    static let link = JSONMessage([
        (1, "traceId", .hex, false),
        (2, "spanId", .hex, false),
        (3, "traceState", .string, false),
        (4, "attributes", .message { .keyValue }, true),
        (5, "droppedAttributesCount", .integer32, false),
        (6, "flags", .fixed32, false),
    ])
    static let status = JSONMessage([
        (2, "message", .string, false),
        (3, "code", .integer32, false),
    ])
    static let metricsRequest = JSONMessage([
        (1, "resourceMetrics", .message { .resourceMetrics }, true)
    ])
    static let resourceMetrics = JSONMessage([
        (1, "resource", .message { .resource }, false),
        (2, "scopeMetrics", .message { .scopeMetrics }, true),
        (3, "schemaUrl", .string, false),
    ])
    static let scopeMetrics = JSONMessage([
        (1, "scope", .message { .scope }, false),
        (2, "metrics", .message { .metric }, true),
        (3, "schemaUrl", .string, false),
    ])
    static let metric = JSONMessage([
        (1, "name", .string, false),
        (2, "description", .string, false),
        (3, "unit", .string, false),
        (5, "gauge", .message { .gauge }, false),
        (7, "sum", .message { .sum }, false),
        (9, "histogram", .message { .histogram }, false),
        (10, "exponentialHistogram", .message { .exponentialHistogram }, false),
        (11, "summary", .message { .summary }, false),
        (12, "metadata", .message { .keyValue }, true),
    ])
    static let gauge = JSONMessage([
        (1, "dataPoints", .message { .numberDataPoint }, true)
    ])
    static let sum = JSONMessage([
        (1, "dataPoints", .message { .numberDataPoint }, true),
        (2, "aggregationTemporality", .integer32, false),
        (3, "isMonotonic", .boolean, false),
    ])
    static let histogram = JSONMessage([
        (1, "dataPoints", .message { .histogramDataPoint }, true),
        (2, "aggregationTemporality", .integer32, false),
    ])
    static let exponentialHistogram = JSONMessage([
        (1, "dataPoints", .message { .exponentialHistogramDataPoint }, true),
        (2, "aggregationTemporality", .integer32, false),
    ])
    static let summary = JSONMessage([
        (1, "dataPoints", .message { .summaryDataPoint }, true)
    ])
    static let numberDataPoint = JSONMessage([
        (2, "startTimeUnixNano", .fixed64, false),
        (3, "timeUnixNano", .fixed64, false),
        (4, "asDouble", .double, false),
        (5, "exemplars", .message { .exemplar }, true),
        (6, "asInt", .signedFixed64, false),
        (7, "attributes", .message { .keyValue }, true),
        (8, "flags", .integer32, false),
    ])
    static let histogramDataPoint = JSONMessage([
        (2, "startTimeUnixNano", .fixed64, false),
        (3, "timeUnixNano", .fixed64, false),
        (4, "count", .fixed64, false),
        (5, "sum", .double, false),
        (6, "bucketCounts", .fixed64, true),
        (7, "explicitBounds", .double, true),
        (8, "exemplars", .message { .exemplar }, true),
        (9, "attributes", .message { .keyValue }, true),
        (10, "flags", .integer32, false),
        (11, "min", .double, false),
        (12, "max", .double, false),
    ])
    static let exponentialHistogramDataPoint = JSONMessage([
        (1, "attributes", .message { .keyValue }, true),
        (2, "startTimeUnixNano", .fixed64, false),
        (3, "timeUnixNano", .fixed64, false),
        (4, "count", .fixed64, false),
        (5, "sum", .double, false),
        (6, "scale", .zigzag32, false),
        (7, "zeroCount", .fixed64, false),
        (8, "positive", .message { .buckets }, false),
        (9, "negative", .message { .buckets }, false),
        (10, "flags", .integer32, false),
        (11, "exemplars", .message { .exemplar }, true),
        (12, "min", .double, false),
        (13, "max", .double, false),
        (14, "zeroThreshold", .double, false),
    ])
    static let buckets = JSONMessage([
        (1, "offset", .zigzag32, false),
        (2, "bucketCounts", .integer64, true),
    ])
    static let summaryDataPoint = JSONMessage([
        (2, "startTimeUnixNano", .fixed64, false),
        (3, "timeUnixNano", .fixed64, false),
        (4, "count", .fixed64, false),
        (5, "sum", .double, false),
        (6, "quantileValues", .message { .quantile }, true),
        (7, "attributes", .message { .keyValue }, true),
        (8, "flags", .integer32, false),
    ])
    static let quantile = JSONMessage([
        (1, "quantile", .double, false),
        (2, "value", .double, false),
    ])
    static let exemplar = JSONMessage([
        (2, "timeUnixNano", .fixed64, false),
        (3, "asDouble", .double, false),
        (4, "spanId", .hex, false),
        (5, "traceId", .hex, false),
        (6, "asInt", .signedFixed64, false),
        (7, "filteredAttributes", .message { .keyValue }, true),
    ])
    static let logsRequest = JSONMessage([
        (1, "resourceLogs", .message { .resourceLogs }, true)
    ])
    static let resourceLogs = JSONMessage([
        (1, "resource", .message { .resource }, false),
        (2, "scopeLogs", .message { .scopeLogs }, true),
        (3, "schemaUrl", .string, false),
    ])
    static let scopeLogs = JSONMessage([
        (1, "scope", .message { .scope }, false),
        (2, "logRecords", .message { .logRecord }, true),
        (3, "schemaUrl", .string, false),
    ])
    static let logRecord = JSONMessage([
        (1, "timeUnixNano", .fixed64, false),
        (2, "severityNumber", .integer32, false),
        (3, "severityText", .string, false),
        (5, "body", .message { .anyValue }, false),
        (6, "attributes", .message { .keyValue }, true),
        (7, "droppedAttributesCount", .integer32, false),
        (8, "flags", .fixed32, false),
        (9, "traceId", .hex, false),
        (10, "spanId", .hex, false),
        (11, "observedTimeUnixNano", .fixed64, false),
        (12, "eventName", .string, false),
    ])
    static let resource = JSONMessage([
        (1, "attributes", .message { .keyValue }, true),
        (2, "droppedAttributesCount", .integer32, false),
    ])
    static let scope = JSONMessage([
        (1, "name", .string, false),
        (2, "version", .string, false),
        (3, "attributes", .message { .keyValue }, true),
        (4, "droppedAttributesCount", .integer32, false),
    ])
    static let keyValue = JSONMessage([
        (1, "key", .string, false),
        (2, "value", .message { .anyValue }, false),
    ])
    static let anyValue = JSONMessage([
        (1, "stringValue", .string, false),
        (2, "boolValue", .boolean, false),
        (3, "intValue", .integer64, false),
        (4, "doubleValue", .double, false),
        (5, "arrayValue", .message { .arrayValue }, false),
        (6, "kvlistValue", .message { .kvlistValue }, false),
        (7, "bytesValue", .base64, false),
    ])
    static let arrayValue = JSONMessage([
        (1, "values", .message { .anyValue }, true)
    ])
    static let kvlistValue = JSONMessage([
        (1, "values", .message { .keyValue }, true)
    ])
}
