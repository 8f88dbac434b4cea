import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import OTLP
import TestSupport
import Testing

@testable import OTLPTransport

@Suite("Receiving JSON")
struct JSONReceivingTests {
    private func post(
        _ body: [UInt8],
        to endpoint: OTLPEndpoint,
        _ signal: Signal = .traces,
        encoding: String? = nil
    ) async throws -> (status: Int, type: String?, body: String) {
        var request = HTTPClientRequest(url: "\(endpoint)\(signal.path)")
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: body))
        request.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
        if let encoding { request.headers.add(name: "Content-Encoding", value: encoding) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        return (
            Int(response.status.code), response.headers.first(name: "Content-Type"),
            String(buffer: try await response.body.collect(upTo: 1 << 20))
        )
    }

    @Test("hands over as protobuf what came as JSON, and answers in JSON")
    func accepts() async throws {
        let sink = RecordingSink()
        var generator = TelemetryGenerator(seed: 8)
        let requests = try (0..<12).map { try generator.next(Signal.allCases[$0 % 3], items: 9) }
        try await withReceiver(sink) { endpoint in
            for (place, request) in requests.enumerated() {
                var body = try OTLPJSON.encode(request.signal, payload: request.payload)
                let isPacked = place % 2 == 1
                if isPacked {
                    body = Array(buffer: try #require(Gzip.compress(ByteBuffer(bytes: body))))
                }
                let answer = try await post(
                    body,
                    to: endpoint,
                    request.signal,
                    encoding: isPacked ? "gzip" : nil
                )
                #expect(answer.status == 200)
                #expect(answer.type == "application/json")
                #expect(answer.body == "{}")
            }
        }
        #expect(sink.requests.map(\.payload) == requests.map(\.payload))
        #expect(sink.requests.allSatisfy { $0.transport == .httpJSON })
    }

    @Test("answers 400 in JSON to what is no export request, with one line, and serves others")
    func malformed() async throws {
        let sink = RecordingSink()
        let log = LoggedLines()
        let nested =
            #"{"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":"#
            + String(repeating: #"{"arrayValue":{"values":["#, count: 100)
            + String(repeating: "]}}", count: 100) + "}]}}]}"
        let bodies: [[UInt8]] =
            [
                "", "{", "[]", #"{"resourceSpans":[],"resourceSpans":[]}"#,
                #"{"resourceSpans":[{"schemaUrl":5}]}"#, #"{"resourceSpans":[{"scopeSpans":NaN}]}"#,
                nested, String(repeating: "[", count: 100_000),
            ].map { Array($0.utf8) } + [Array(#"{"resourceSpans":[{"schemaUrl":""#.utf8) + [0xff]]
        try await withReceiver(sink, logger: log.logger) { endpoint in
            for body in bodies {
                let answer = try await post(body, to: endpoint)
                #expect(answer.status == 400)
                #expect(answer.type == "application/json")
                let status = try JSONSerialization.jsonObject(with: Data(answer.body.utf8))
                let fields = try #require(status as? [String: Any])
                #expect(fields["code"] as? Int == 3)
                #expect((fields["message"] as? String)?.isEmpty == false)
            }
            #expect(try await post(Array("{}".utf8), to: endpoint).status == 200)
        }
        #expect(sink.requests.count == 1)
        #expect(log.lines.count == bodies.count)
    }

    @Test("takes a string of 10 MB")
    func longString() async throws {
        let sink = RecordingSink()
        let text = String(repeating: "é", count: 5_000_000)
        let body =
            #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":""#
            + text + #""}}]}]}]}"#
        try await withReceiver(sink) { endpoint in
            let answer = try await post(Array(body.utf8), to: endpoint, .logs)
            #expect(answer.status == 200)
        }
        let request = try #require(sink.requests.first)
        #expect(request.payload.count > 10_000_000)
    }

    @Test("counts what decoding takes among the bodies, so that small objects can't fill memory")
    func bomb() async throws {
        let sink = RecordingSink()
        let limits = OTLPRoutes.Limits(bodyBytes: 1 << 20, heldBytes: 4 << 20)
        let objects = Array(repeating: "{}", count: 200_000).joined(separator: ",")
        try await withReceiver(sink, limits: limits) { endpoint in
            let body = Array(#"{"resourceSpans":[\#(objects)]}"#.utf8)
            let answers = [
                try await post(body, to: endpoint), try await post(Array("{}".utf8), to: endpoint),
            ]
            #expect(answers.map(\.status) == [413, 200])
        }
        #expect(sink.requests.count == 1)
    }
}
