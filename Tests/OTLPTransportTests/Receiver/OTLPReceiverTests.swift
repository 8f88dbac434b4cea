import AsyncHTTPClient
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import OTLP
import ServiceLifecycle
import SwiftProtobuf
import Testing

@testable import OTLPTransport

@Suite("OTLP receiver")
struct OTLPReceiverTests {
    private struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]
    }

    private func post(
        _ body: HTTPClientRequest.Body,
        to endpoint: OTLPEndpoint,
        path: String = "/v1/traces",
        method: HTTPMethod = .POST,
        type: String? = "application/x-protobuf",
        encoding: String? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "\(endpoint)\(path)")
        request.method = method
        request.body = body
        if let type { request.headers.add(name: "Content-Type", value: type) }
        if let encoding { request.headers.add(name: "Content-Encoding", value: encoding) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        return Answer(
            status: Int(response.status.code),
            headers: response.headers,
            body: Array(buffer: try await response.body.collect(upTo: 1 << 20))
        )
    }

    @Test(
        "hands over each signal's bytes as they were sent, and answers 200",
        arguments: Signal.allCases
    )
    func accepts(signal: Signal) async throws {
        let sink = RecordingSink()
        let clock = WallClock()
        let sent = payload(300_000)
        let before = clock.now
        let answer = try await withReceiver(sink, clock: clock) { endpoint in
            try await post(.bytes(ByteBuffer(bytes: sent)), to: endpoint, path: signal.path)
        }
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == ["application/x-protobuf"])
        #expect(answer.body.isEmpty)
        let request = try #require(sink.requests.first)
        #expect(request.signal == signal)
        #expect(request.payload == sent)
        #expect((before...clock.now).contains(request.arrival))
    }

    @Test("takes a body of unknown length, and an empty one")
    func chunked() async throws {
        let sink = RecordingSink()
        let parts = (0..<5).map { ByteBuffer(bytes: payload(40_000, seed: $0)) }
        try await withReceiver(sink) { endpoint in
            let stream = AsyncStream { continuation in
                for part in parts { continuation.yield(part) }
                continuation.finish()
            }
            let chunked = try await post(.stream(stream, length: .unknown), to: endpoint)
            let empty = try await post(.bytes(ByteBuffer()), to: endpoint)
            #expect([chunked.status, empty.status] == [200, 200])
        }
        #expect(sink.requests.map(\.payload) == [parts.flatMap { Array(buffer: $0) }, []])
    }

    @Test("inflates gzip and deflate as another implementation writes them")
    func inflates() async throws {
        let gzip: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 43, 73, 205, 73, 205, 77, 45, 41, 170, 84, 40, 25, 210,
            44, 0, 87, 240, 157, 89, 200, 0, 0, 0,
        ]
        let zlib: [UInt8] = [
            120, 156, 43, 73, 205, 73, 205, 77, 45, 41, 170, 84, 40, 25, 210, 44, 0, 88, 201, 79,
            157,
        ]
        let text = Array(String(repeating: "telemetry ", count: 20).utf8)
        let sink = RecordingSink()
        try await withReceiver(sink) { endpoint in
            for (body, encoding) in [
                (gzip, "gzip"), (gzip, " GZIP"), (zlib, "deflate"), (gzip + gzip, "gzip"),
                (text, "identity"),
            ] {
                let answer = try await post(
                    .bytes(ByteBuffer(bytes: body)),
                    to: endpoint,
                    encoding: encoding
                )
                #expect(answer.status == 200)
            }
        }
        #expect(sink.requests.map(\.payload) == [text, text, text, text + text, text])
    }

    @Test("answers 400 to compressed bytes that are damaged, cut short, or not compressed at all")
    func damaged() async throws {
        let sink = RecordingSink()
        let whole = Array(buffer: try #require(Gzip.compress(ByteBuffer(bytes: payload(5_000)))))
        var changed = whole
        changed[changed.count - 8] ^= 1
        try await withReceiver(sink) { endpoint in
            for body in [
                Array(whole.dropLast(1)), Array(whole.prefix(2_500)), changed, payload(100),
                whole + [1, 2, 3], [],
            ] {
                let answer = try await post(
                    .bytes(ByteBuffer(bytes: body)),
                    to: endpoint,
                    encoding: "gzip"
                )
                #expect(answer.status == 400)
                let status = try RPCStatus(serializedBytes: answer.body)
                #expect(status.code == 3)
                #expect(!status.message.isEmpty)
            }
        }
        #expect(sink.requests.isEmpty)
    }

    @Test("answers 413 to what exceeds the bound: announced, chunked, or inflated")
    func tooLong() async throws {
        let sink = RecordingSink()
        let limits = OTLPRoutes.Limits(bodyBytes: 100_000)
        let bomb = try #require(Gzip.compress(ByteBuffer(repeating: 0, count: 10_000_000)))
        let long = ByteBuffer(repeating: 1, count: 100_001)
        #expect(bomb.readableBytes < 100_000)
        try await withReceiver(sink, limits: limits) { endpoint in
            let stream = AsyncStream { continuation in
                continuation.yield(long)
                continuation.finish()
            }
            let answers = [
                try await post(.bytes(long), to: endpoint),
                try await post(.stream(stream, length: .unknown), to: endpoint),
                try await post(.bytes(bomb), to: endpoint, encoding: "gzip"),
            ]
            for answer in answers {
                #expect(answer.status == 413)
                #expect(try RPCStatus(serializedBytes: answer.body).message.contains("100000"))
            }
            let fitting = ByteBuffer(repeating: 1, count: 100_000)
            #expect(try await post(.bytes(fitting), to: endpoint).status == 200)
        }
        #expect(sink.requests.map(\.payload.count) == [100_000])
    }

    @Test("answers 503 when all bodies together would exceed their bound, which frees up again")
    func budget() async throws {
        let sink = RecordingSink()
        let limits = OTLPRoutes.Limits(bodyBytes: 10_000, heldBytes: 6_000)
        try await withReceiver(sink, limits: limits) { endpoint in
            for _ in 0..<3 {
                let body = ByteBuffer(repeating: 1, count: 5_000)
                #expect(try await post(.bytes(body), to: endpoint).status == 200)
                let long = ByteBuffer(repeating: 1, count: 7_000)
                let answer = try await post(.bytes(long), to: endpoint)
                #expect(answer.status == 503)
                #expect(answer.headers["retry-after"] == ["1"])
            }
        }
        #expect(sink.requests.count == 3)
    }

    @Test("tells media types and content encodings apart, whatever their case and parameters")
    func types() async throws {
        let sink = RecordingSink()
        try await withReceiver(sink) { endpoint in
            let body = HTTPClientRequest.Body.bytes(ByteBuffer(repeating: 1, count: 9))
            for type in ["Application/X-Protobuf", "application/x-protobuf ; charset=utf-8"] {
                #expect(try await post(body, to: endpoint, type: type).status == 200)
            }
            for type in ["application/jsonl", "application/x-protobuf2", "text/plain", nil] {
                let answer = try await post(body, to: endpoint, type: type)
                #expect(answer.status == 415)
                #expect(answer.headers["accept"] == ["application/x-protobuf, application/json"])
            }
            for encoding in ["br", "zstd", "gzip, gzip"] {
                let answer = try await post(body, to: endpoint, encoding: encoding)
                #expect(answer.status == 415)
                #expect(answer.headers["accept-encoding"] == ["gzip, deflate"])
            }
        }
        #expect(sink.requests.count == 2)
    }

    @Test("answers 405 to other methods, 404 to other paths, and leaves other routes alone")
    func routes() async throws {
        let sink = RecordingSink()
        try await withReceiver(sink) { router in
            router.get("/health") { _, _ in "well" }
        } _: { endpoint in
            let none = HTTPClientRequest.Body.bytes(ByteBuffer())
            for method in [HTTPMethod.GET, .PUT, .DELETE, .PATCH, .OPTIONS, .PROPFIND] {
                let answer = try await post(none, to: endpoint, path: "/v1/logs", method: method)
                #expect(answer.status == 405)
                #expect(answer.headers["allow"] == ["POST"])
            }
            #expect(try await post(none, to: endpoint, method: .HEAD).status == 405)
            #expect(try await post(none, to: endpoint, path: "/v1/profiles").status == 404)
            #expect(try await post(none, to: endpoint, path: "/").status == 404)
            let health = try await post(none, to: endpoint, path: "/health", method: .GET)
            #expect(health.body == Array("well".utf8))
        }
        #expect(sink.requests.isEmpty)
    }

    @Test(
        "answers for a sink that refuses",
        arguments: [
            (TelemetryRefusal.malformed(WireError(.truncated, at: 3)), 400, nil as String?),
            (.full(retryAfter: .milliseconds(1_200)), 503, "2"),
            (.full(retryAfter: .zero), 503, "1"),
            (.unavailable(reason: "the disk is full"), 503, "60"),
        ]
    )
    func refuses(refusal: TelemetryRefusal, status: Int, retryAfter: String?) async throws {
        let answer = try await withReceiver(RecordingSink(refusal: refusal)) { endpoint in
            try await post(.bytes(ByteBuffer(repeating: 1, count: 9)), to: endpoint)
        }
        #expect(answer.status == status)
        #expect(answer.headers.first(name: "retry-after") == retryAfter)
        #expect(answer.headers["content-type"] == ["application/x-protobuf"])
        #expect(try RPCStatus(serializedBytes: answer.body).code == (status == 400 ? 3 : 14))
    }

    @Test(
        "keeps nothing of a body whose sender went away",
        arguments: [
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "Content-Length: 10\r\n\r\nhello",
        ]
    )
    func aborted(request: String) async throws {
        let sink = RecordingSink()
        try await withReceiver(sink) { endpoint in
            let head =
                "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n"
            _ = try await exchangeBytes(head + request, with: endpoint)
        }
        #expect(sink.requests.isEmpty)
    }

    @Test("says so when the port is in use, or the address isn't this machine's")
    func address() async throws {
        let sink = RecordingSink()
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        try await withReceiver(sink) { endpoint in
            let second = OTLPReceiver(
                sink: sink,
                clock: WallClock(),
                configuration: .init(port: endpoint.port),
                logger: logger
            )
            await #expect(
                throws: OTLPTransportError.addressInUse(host: "127.0.0.1", port: endpoint.port)
            ) { try await second.run() }
        }
        let elsewhere = OTLPReceiver(
            sink: sink,
            clock: WallClock(),
            configuration: .init(host: "192.0.2.1", port: 0),
            logger: logger
        )
        await #expect {
            try await elsewhere.run()
        } throws: { error in
            guard case OTLPTransportError.addressUnavailable("192.0.2.1", 0, _) = error else {
                return false
            }
            return true
        }
    }

    @Test("answers what is under way before a graceful shutdown ends")
    func shutdown() async throws {
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let (gate, opened) = AsyncStream<Void>.makeStream()
        let sink = RecordingSink {
            arrived.yield()
            for await _ in gate { break }
        }
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let receiver = OTLPReceiver(
            sink: sink,
            clock: WallClock(),
            configuration: .init(port: 0),
            logger: logger,
            onListening: { listening.yield($0) }
        )
        let services = ServiceGroup(configuration: .init(services: [receiver], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            let port = try #require(await ports.first { _ in true })
            let endpoint = try OTLPEndpoint("http://127.0.0.1:\(port)")
            group.addTask {
                let answer = try await self.post(.bytes(ByteBuffer(string: "a")), to: endpoint)
                #expect(answer.status == 200)
            }
            for await _ in arrivals { break }
            await services.triggerGracefulShutdown()
            opened.yield()
            try await group.waitForAll()
            #expect(await !endpoint.isListening())
        }
        #expect(sink.requests.count == 1)
    }
}
