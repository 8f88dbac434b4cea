import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import OTLP
import SwiftProtobuf
import TestSupport
import Testing

@testable import OTLPTransport

@Suite("Tap")
struct OTLPTapTests {
    private func post(
        _ body: [UInt8],
        to endpoint: OTLPEndpoint,
        _ signal: Signal = .traces,
        _ headers: [(String, String)] = [("Content-Type", "application/x-protobuf")]
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: "\(endpoint)\(signal.path)")
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: body))
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        return try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    }

    /// Runs a tap before a backend until the body returns and all that passed is recorded.
    private func withTap(
        to backend: any TelemetrySink,
        recording sink: any TelemetrySink,
        token: BearerToken? = nil,
        queueCount: Int = 1_000,
        _ body: (OTLPEndpoint, OTLPTap) async throws -> Void
    ) async throws -> OTLPTap.Counts {
        try await withReceiver(backend) { endpoint in
            let tap = OTLPTap(to: endpoint, sink: sink, queueCount: queueCount)
            async let recording: Void = tap.record()
            let result: Result<Void, any Error>
            do {
                try await withReceiver(RecordingSink(), token: token, tap: tap) {
                    try await body($0, tap)
                }
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await tap.finish()
            await recording
            try result.get()
            return tap.counts
        }
    }

    @Test("passes every form on as it is, and records what is in it")
    func forms() async throws {
        let (backend, sink) = (RecordingSink(), RecordingSink())
        var generator = TelemetryGenerator(seed: 4)
        let request = try generator.next(.logs, items: 20)
        let json = try OTLPJSON.encode(.logs, payload: request.payload)
        let gzip = try #require(Gzip.compress(ByteBuffer(bytes: request.payload)))
        let counts = try await withTap(to: backend, recording: sink) { endpoint, _ in
            let protobuf = [("Content-Type", "application/x-protobuf")]
            for (body, headers) in [
                (request.payload, protobuf), (json, [("Content-Type", "application/json")]),
                (Array(buffer: gzip), protobuf + [("Content-Encoding", "gzip")]),
            ] {
                let answer = try await post(body, to: endpoint, .logs, headers)
                #expect(answer.status == .ok)
                #expect(answer.headers.first(name: "Content-Type") == headers[0].1)
            }
        }
        let payloads = Array(repeating: request.payload, count: 3)
        #expect(backend.requests.map(\.payload) == payloads)
        #expect(sink.requests.map(\.payload) == payloads)
        #expect(Set(sink.requests.map(\.transport)) == [.httpProtobuf, .httpJSON])
        #expect(counts == .init(requests: 3, accepted: 3))
    }

    @Test("gives the client the backend's answer, and records nothing that it refused")
    func refusal() async throws {
        let backend = RecordingSink(refusal: .full(retryAfter: .seconds(7)))
        let sink = RecordingSink()
        let counts = try await withTap(to: backend, recording: sink) { endpoint, _ in
            let answer = try await post([1], to: endpoint)
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.headers.first(name: "Retry-After") == "7")
            let body = Array(buffer: try await answer.body.collect(upTo: 1_000))
            #expect(try RPCStatus(serializedBytes: body).message == "no room at present")
        }
        #expect(sink.requests.isEmpty)
        #expect(counts == .init(requests: 1, refused: 1))
    }

    @Test("goes on passing on while the recording hangs, and counts what is not recorded")
    func hanging() async throws {
        let (gate, opened) = AsyncStream<Void>.makeStream()
        let backend = RecordingSink()
        let sink = RecordingSink { for await _ in gate { break } }
        let counts = try await withTap(to: backend, recording: sink, queueCount: 10) {
            endpoint,
            _ in
            for number in 0..<50 {
                let answer = try await post([UInt8(number)], to: endpoint)
                #expect(answer.status == .ok)
            }
            opened.finish()
        }
        #expect(backend.requests.count == 50)
        #expect(sink.requests.count >= 10)
        #expect(counts.unrecorded == 50 - sink.requests.count)
    }

    @Test("counts what a sink refuses")
    func unrecorded() async throws {
        let sink = RecordingSink(refusal: .unavailable(reason: "the disk is gone"))
        let counts = try await withTap(to: RecordingSink(), recording: sink) { endpoint, _ in
            #expect(try await post([1], to: endpoint).status == .ok)
            _ = try await post([2], to: endpoint)
        }
        #expect(counts == .init(requests: 2, accepted: 2, unrecorded: 2))
    }

    @Test("answers 502 where no backend is, and keeps a token of its own to itself")
    func unreachable() async throws {
        let sink = RecordingSink()
        let free = try LoopbackPort.free
        let tap = OTLPTap(to: try OTLPEndpoint("http://127.0.0.1:\(free)"), sink: sink)
        try await withReceiver(RecordingSink(), tap: tap) { endpoint in
            let answer = try await post([1], to: endpoint)
            #expect(answer.status == .badGateway)
        }
        await tap.finish()
        #expect(tap.counts == .init(requests: 1, unanswered: 1))

        let token = try BearerToken("abc")
        let counts = try await withTap(to: RecordingSink(), recording: sink, token: token) {
            endpoint,
            _ in
            let answer = try await post([1], to: endpoint)
            #expect(answer.status == .unauthorized)
        }
        #expect(counts == .init())
    }

    @Test("passes gRPC on by HTTP, and gives a refusal back as gRPC has it")
    func grpc() async throws {
        let (backend, sink) = (RecordingSink(), RecordingSink())
        let full = RecordingSink(refusal: .full(retryAfter: .seconds(2)))
        for (backend, status) in [(backend, 0), (full, 14)] {
            try await withReceiver(backend) { endpoint in
                let tap = OTLPTap(to: endpoint, sink: sink)
                async let recording: Void = tap.record()
                let answer = try? await withGRPCReceiver(RecordingSink(), tap: tap) {
                    try await CallClient(endpoint: $0).call([CallClient.framed([9])])
                }
                await tap.finish()
                await recording
                #expect(answer?.status == status)
                #expect((answer?.details != nil) == (status != 0))

            }
        }
        #expect(backend.requests.map(\.payload) == [[9]])
        #expect(sink.requests.map(\.payload) == [[9]])
        #expect(sink.requests.map(\.transport) == [.grpc])
    }
}
