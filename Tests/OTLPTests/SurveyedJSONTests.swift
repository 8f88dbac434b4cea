import OTLP
import Testing

@Suite("Surveyed JSON")
struct SurveyedJSONTests {
    private func refusal(_ text: String) -> String? {
        do throws(OTLPJSONError) {
            _ = try OTLPJSON.decode(.traces, json: Array(text.utf8))
            return nil
        } catch {
            return error.description
        }
    }

    @Test("refuses a name that stands twice in an object, in either form")
    func duplicates() {
        for text in [
            #"{"resourceSpans":[],"resourceSpans":[]}"#,
            #"{"resourceSpans":[],"resource_spans" : []}"#,
            #"{"resourceSpans":[{"schemaUrl":"a","resource":{},"schemaUrl":"a"}]}"#,
            #"{"unknown":{"a":1,"b":{"a":1},"a":1}}"#,
        ] {
            #expect(refusal(text)?.contains("twice") == true, "\(text)")
        }
    }

    @Test("takes the same name in objects beside and within each other, and as a value")
    func distinct() {
        for text in [
            #"{"resourceSpans":[{"schemaUrl":"schemaUrl"},{"schemaUrl":"schemaUrl"}]}"#,
            #"{"unknown":{"a":{"a":{"a":["a","a",{"a":"a"}]}},"b":"a"},"a":1}"#,
            #"{"resourceSpans":[{"schemaUrl":"\\\"schemaUrl\":"}]}"#,
        ] {
            #expect(refusal(text) == nil, "\(text)")
        }
    }

    @Test(
        "refuses what is no JSON of an export request",
        arguments: [
            "", "{", "}", "[]", "null", "{} {}", #"{"resourceSpans":{}}"#,
            #"{"resourceSpans":[1]}"#,
            #"{"resourceSpans":[{"schemaUrl":7}]}"#, #"{"resourceSpans":[{"schemaUrl":"\ud800"}]}"#,
            #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":NaN}]}]}]}"#,
            #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":Infinity}]}]}]}"#,
            #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz"}]}]}]}"#,
            #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"-1"}]}]}]}"#,
        ]
    )
    func malformed(text: String) {
        #expect(refusal(text) != nil)
    }

    @Test("refuses bytes that are not UTF-8")
    func encoding() {
        let text = Array(#"{"resourceSpans":[{"schemaUrl":"a"}]}"#.utf8)
        for (place, byte) in [(33, UInt8(0xff)), (33, 0xc0), (33, 0x80)] {
            var damaged = text
            damaged[place] = byte
            #expect(throws: OTLPJSONError.self) { try OTLPJSON.decode(.traces, json: damaged) }
        }
    }

    @Test("refuses what is nested too deep, without running out of stack")
    func depth() {
        func nested(_ depth: Int) -> String {
            #"{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":"#
                + String(repeating: #"{"arrayValue":{"values":["#, count: depth)
                + #"{"intValue":1}"# + String(repeating: "]}}", count: depth) + "}]}}]}"
        }
        #expect(refusal(nested(30)) == nil)
        #expect(refusal(nested(100)) != nil)
        #expect(refusal(nested(100_000)) != nil)
        #expect(refusal(String(repeating: "[", count: 1_000_000)) != nil)
        #expect(refusal(#"{"unknown":"# + String(repeating: "[", count: 1_000_000)) != nil)
    }

    @Test("counts what decoding makes messages of, and bounds the names of an object")
    func bounds() throws {
        let text = #"{"resourceSpans":[{},{},{"resource":{}}]}"#
        #expect(try SurveyedJSON(Array(text.utf8)).containerCount == 6)
        let names = (0..<200).map { #""n\#($0)":1"# }.joined(separator: ",")
        #expect(refusal("{\(names)}")?.contains("names") == true)
    }
}
