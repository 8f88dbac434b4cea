import Logging
import Tracing

/// About what recorded telemetry takes as OTLP/JSON, without the resource and the scope, which an
/// exporter sends once a batch.
enum JSONVolume {
    private static let time = #""1700000000000000000""#
    private static let trace = #""0123456789abcdef0123456789abcdef""#
    private static let span = #""0123456789abcdef""#

    static func bytes(_ span: RecordedTelemetry.Span) -> Int {
        var json = #"{"traceId":\#(trace),"spanId":\#(Self.span),"parentSpanId":\#(Self.span),"#
        json += #""flags":257,"name":"\#(span.name)","kind":3,"startTimeUnixNano":\#(time),"#
        json += #""endTimeUnixNano":\#(time),"attributes":["#
        var attributes: [String] = []
        span.attributes.forEach { name, value in
            switch value {
            case .int64(let value): attributes.append(integer(name, "\(value)"))
            case .string(let value): attributes.append(string(name, value))
            default: break
            }
        }
        json += attributes.joined(separator: ",") + "]"
        for error in span.errors {
            let exception = [
                string("exception.type", "Orders."), string("exception.message", error),
            ]
            json += #","events":[{"timeUnixNano":\#(time),"name":"exception","attributes":["#
            json += exception.joined(separator: ",") + "]}]"
        }
        switch span.status {
        case nil: json += #","status":{}}"#
        case .some(let status):
            json += #","status":{"message":"\#(status.message ?? "")","code":2}}"#
        }
        return json.utf8.count + 1
    }

    static func bytes(_ point: RecordedTelemetry.Point) -> Int {
        let dimensions = point.dimensions.map(string).joined(separator: ",")
        var json = #"{"attributes":[\#(dimensions)],"startTimeUnixNano":\#(time),"#
        json += #""timeUnixNano":\#(time),"#
        if point.kind == .counter {
            json += #""asInt":"\#(Int(point.value))"}"#
        } else {
            let counts = Array(repeating: #""0""#, count: 15).joined(separator: ",")
            json += #""count":"1","sum":0.012345678,"bucketCounts":[\#(counts)],"#
            json +=
                #""explicitBounds":[0.005,0.01,0.025,0.05,0.075,0.1,0.25,0.5,0.75,1,2.5,5,7.5,10],"#
            json += #""min":0.012345678,"max":0.012345678}"#
        }
        return json.utf8.count + 1
    }

    static func bytes(_ record: RecordedTelemetry.Record) -> Int {
        let event = record.event
        var attributes = (event.metadata ?? [:]).map { name, value in
            if case .stringConvertible(let number) = value {
                number is Int ? integer(name, "\(number)") : double(name, "\(number)")
            } else {
                string(name, "\(value)")
            }
        }
        attributes += [
            string("code.file.path", event.file),
            string("code.function.name", event.function),
            integer("code.line.number", "\(event.line)"),
        ]
        if let error = event.error {
            attributes.append(string("exception.type", "Orders.\(type(of: error))"))
            attributes.append(string("exception.message", "\(error)"))
        }
        var json = #"{"timeUnixNano":\#(time),"observedTimeUnixNano":\#(time),"severityNumber":9,"#
        json += #""severityText":"INFO","body":{"stringValue":"\#(event.message)"},"#
        json += #""attributes":[\#(attributes.joined(separator: ","))],"traceId":\#(trace),"#
        json += #""spanId":\#(span),"flags":1}"#
        return json.utf8.count + 1
    }

    private static func string(_ name: String, _ value: String) -> String {
        #"{"key":"\#(name)","value":{"stringValue":"\#(value)"}}"#
    }

    private static func integer(_ name: String, _ value: String) -> String {
        #"{"key":"\#(name)","value":{"intValue":"\#(value)"}}"#
    }

    private static func double(_ name: String, _ value: String) -> String {
        #"{"key":"\#(name)","value":{"doubleValue":\#(value)}}"#
    }
}
