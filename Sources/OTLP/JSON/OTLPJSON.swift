import Foundation
import SwiftProtobuf

/// The JSON form of export requests (OTLP specification, "JSON Protobuf Encoding"): lowerCamelCase
/// names, ids in hex, enums as integers, 64-bit integers as strings, other bytes in base64.
///
/// All but the ids is protobuf's own JSON mapping.
public enum OTLPJSON {
    /// The JSON form of an encoded export request, in one line; unknown fields are left out.
    /// - Throws: ``OTLPJSONError`` when the bytes are no export request, or nest too deep.
    public static func encode(
        _ signal: Signal,
        payload: [UInt8]
    ) throws(OTLPJSONError) -> [UInt8] {
        switch signal {
        case .traces: try encode(TraceRequest.self, payload)
        case .metrics: try encode(MetricsRequest.self, payload)
        case .logs: try encode(LogsRequest.self, payload)
        }
    }

    /// The encoded export request of a JSON form.
    ///
    /// Takes what the specification lets senders write: integers as strings or numbers, hex in
    /// either case, names in either form; unknown fields are ignored.
    /// - Throws: ``OTLPJSONError`` when the text is not JSON, has a name twice in an object, or is
    ///   of another shape.
    public static func decode(
        _ signal: Signal,
        json: [UInt8]
    ) throws(OTLPJSONError) -> [UInt8] {
        try decode(signal, SurveyedJSON(json))
    }

    /// The encoded export request of a JSON form that was looked over already.
    /// - Throws: ``OTLPJSONError`` when the text is not JSON, or of another shape.
    public static func decode(
        _ signal: Signal,
        _ json: SurveyedJSON
    ) throws(OTLPJSONError) -> [UInt8] {
        switch signal {
        case .traces: try decode(TraceRequest.self, json.bytes)
        case .metrics: try decode(MetricsRequest.self, json.bytes)
        case .logs: try decode(LogsRequest.self, json.bytes)
        }
    }

    /// Which signal a JSON form is of, told by the first name that only one signal's requests have.
    ///
    /// Nil where there is none. The text is not checked otherwise.
    public static func signal(of json: [UInt8]) -> Signal? {
        // Within a string the quotes around such a name would be escaped.
        var rest = json[...]
        while let quote = rest.firstIndex(of: UInt8(ascii: "\"")) {
            rest = rest[(quote + 1)...]
            for (name, signal) in rootNames where rest.starts(with: name) { return signal }
        }
        return nil
    }

    private typealias TraceRequest =
        Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest
    private typealias MetricsRequest =
        Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceRequest
    private typealias LogsRequest = Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest

    private static let rootNames: [([UInt8], Signal)] = [
        ("resourceSpans\"", .traces), ("resourceMetrics\"", .metrics), ("resourceLogs\"", .logs),
        ("resource_spans\"", .traces), ("resource_metrics\"", .metrics), ("resource_logs\"", .logs),
    ].map { (Array($0.utf8), $1) }

    private static func encode<Request: Message & IdentifierBearing>(
        _ type: Request.Type,
        _ payload: [UInt8]
    ) throws(OTLPJSONError) -> [UInt8] {
        do {
            var request = try Request(serializedBytes: payload)
            var isPadded = false
            try request.updateIdentifiers { id in
                isPadded = try IdentifierText.enter(&id) || isPadded
            }
            var options = JSONEncodingOptions()
            options.alwaysPrintEnumsAsInts = true
            let json: [UInt8] = try request.jsonUTF8Bytes(options: options)
            return isPadded ? IdentifierText.withoutPadding(json) : json
        } catch {
            throw OTLPJSONError(error, of: .protobuf)
        }
    }

    private static func decode<Request: Message & IdentifierBearing>(
        _ type: Request.Type,
        _ json: [UInt8]
    ) throws(OTLPJSONError) -> [UInt8] {
        do {
            var request = try parse(type, json)
            var isOdd = false
            try request.updateIdentifiers { id in
                isOdd = isOdd || id.count % 3 != 0
            }
            if isOdd { request = try parse(type, IdentifierText.withPadding(json)) }
            try request.updateIdentifiers { try IdentifierText.leave(&$0) }
            return try request.serializedBytes()
        } catch {
            throw OTLPJSONError(error, of: .json)
        }
    }

    private static func parse<Request: Message>(
        _ type: Request.Type,
        _ json: [UInt8]
    ) throws -> Request {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        return try Request(jsonUTF8Bytes: json, options: options)
    }
}
