import Foundation
import OTLP
import SwiftProtobuf
import TestSupport
import Testing

@Suite("OTLP/JSON")
struct OTLPJSONTests {
    private typealias TraceRequest =
        Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest

    private static let trace = """
        {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c",\
        "spanId":"eee19b7ec3c1b174","parentSpanId":"eee19b7ec3c1b173","name":"I'm a server span",\
        "kind":2,"startTimeUnixNano":"1544712660000000000",\
        "attributes":[{"key":"raw","value":{"bytesValue":"AAEC"}}]}]}]}]}
        """

    private static func request(_ json: String) throws -> TraceRequest {
        try TraceRequest(
            serializedBytes: OTLPJSON.decode(.traces, json: Array(json.utf8))
        )
    }

    @Test("comes back as it went in, for requests of every shape", arguments: 1...8)
    func roundTrip(seed: Int) throws {
        var generator = TelemetryGenerator(seed: UInt64(seed))
        for _ in 0..<60 {
            let request = try generator.next()
            let json = try OTLPJSON.encode(request.signal, payload: request.payload)
            #expect(OTLPJSON.signal(of: json) == request.signal)
            #expect(!json.contains(0x0a))
            #expect(try OTLPJSON.decode(request.signal, json: json) == request.payload)
        }
    }

    @Test("has ids in hex, enums as integers, 64-bit integers as strings and bytes in base64")
    func form() throws {
        let payload = try OTLPJSON.decode(.traces, json: Array(Self.trace.utf8))
        let span = try TraceRequest(serializedBytes: payload).resourceSpans[0].scopeSpans[0].spans[
            0
        ]
        #expect(span.traceID.first == 0x5b)
        #expect(span.parentSpanID.last == 0x73)
        #expect(span.attributes[0].value.bytesValue == Data([0, 1, 2]))
        let json = try OTLPJSON.encode(.traces, payload: payload)
        #expect(String(decoding: json, as: UTF8.self) == Self.trace)
    }

    @Test("is as long as the counter says")
    func length() throws {
        var generator = TelemetryGenerator(seed: 9)
        for _ in 0..<100 {
            let request = try generator.next()
            let json = try OTLPJSON.encode(request.signal, payload: request.payload)
            #expect(
                json.count == (try JSONLength.count(request.signal, payload: request.payload))
            )
        }
    }

    @Test("takes numbers for strings, capital hex, space, other names and unknown fields")
    func leniency() throws {
        let text = """
            { "x": [1, {}], "resource_spans" : [ { "scopeSpans": [ { "spans": [ {
              "traceId" : "5B8EFFF798038103D269B633813FC60C", "span_id": "eee19b7ec3c1b174",
              "startTimeUnixNano": 1544712660000000000, "future": null } ] } ] } ] }
            """
        #expect(OTLPJSON.signal(of: Array(text.utf8)) == .traces)
        let span = try Self.request(text).resourceSpans[0].scopeSpans[0].spans[0]
        #expect(span.traceID.count == 16 && span.traceID.last == 0x0c)
        #expect(span.spanID.last == 0x74)
        #expect(span.startTimeUnixNano == 1_544_712_660_000_000_000)
    }

    @Test("keeps ids of any length, and texts that look like ids", arguments: 0...19)
    func oddIdentifiers(length: Int) throws {
        let request = TraceRequest.with {
            $0.resourceSpans = [
                .with {
                    $0.scopeSpans = [
                        .with {
                            $0.spans = [
                                .with {
                                    $0.traceID = Data(
                                        (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 77) }
                                    )
                                    $0.name = #"{"traceId":"abcd//","spanId":"aabbcc"}"#
                                    $0.attributes = [
                                        .with {
                                            $0.key = "traceId"
                                            $0.value.stringValue = "abcdef//"
                                        }
                                    ]
                                }
                            ]
                        }
                    ]
                }
            ]
        }
        let payload: [UInt8] = try request.serializedBytes()
        let json = try OTLPJSON.encode(.traces, payload: payload)
        #expect(try OTLPJSON.decode(.traces, json: json) == payload)
    }

    @Test("refuses what is no request, saying why")
    func refusals() {
        let notHex = Self.trace.replacing("eee19b7ec3c1b174", with: "7uGbfsPBsXQ=")
        #expect(throws: OTLPJSONError.invalidIdentifier) { try Self.request(notHex) }
        let odd = Self.trace.replacing("eee19b7ec3c1b174", with: "eee19b7ec3c1b17")
        #expect(throws: OTLPJSONError.invalidIdentifier) { try Self.request(odd) }
        for text in ["", "[]", "{", #"{"resourceSpans":5}"#, Self.trace + "x"] {
            #expect(throws: OTLPJSONError.self) { try Self.request(text) }
        }
        #expect(throws: OTLPJSONError.self) {
            try OTLPJSON.encode(.traces, payload: [0x0a, 0x7f, 0x01])
        }
        #expect(OTLPJSON.signal(of: Array(#"{"a":"resourceLogs"}"#.utf8)) == .logs)
        #expect(OTLPJSON.signal(of: Array(#"{"a":"\"resourceLogs\""}"#.utf8)) == nil)
    }
}
