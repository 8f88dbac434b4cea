import Foundation
import NIOCore
import NIOHTTP1
import OTLP
import SwiftProtobuf
import TestSupport
import Testing

@testable import OTLPTransport

@Suite("OTLP sender")
struct OTLPSenderTests {
    private let body = ByteBuffer(string: "telemetry")

    /// Sends one request to a server that answers with the bytes given.
    private func outcome(
        of reply: ScriptedServer.Reply,
        signal: Signal = .traces,
        timeout: Duration = .seconds(60)
    ) async throws -> SendOutcome {
        try await ScriptedServer.run { _ in
            reply
        } _: { server, endpoint in
            try await withSender(to: endpoint, .init(requestTimeout: timeout)) { sender in
                let result = await sender.send(signal, body: body)
                // Never twice; a short timeout may end before the server has read.
                #expect(server.requests.count <= 1)
                let sentAt = try #require(result.sentAt)
                #expect(sentAt <= result.answeredAt)
                return result.outcome
            }
        }
    }

    private func response(
        _ status: String,
        _ headers: String = "",
        body: [UInt8] = []
    ) -> ScriptedServer.Reply {
        let text = String(decoding: body, as: UTF8.self)
        return .bytes(
            "HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(text.utf8.count)\r\n\r\n\(text)"
        )
    }

    private static let accepted = SendOutcome.accepted(rejectedItems: 0, message: nil)

    @Test("sends the path, headers and bytes that were asked for")
    func request() async throws {
        try await ScriptedServer.run { _ in
            .bytes(ScriptedServer.ok)
        } _: { server, endpoint in
            let based = try OTLPEndpoint("\(endpoint)/base/")
            let headers = [
                try OTLPSender.Header(name: "X-Tenant", value: "a b"),
                try OTLPSender.Header(name: "user-agent", value: "mine"),
            ]
            try await withSender(to: based, .init(headers: headers)) { sender in
                for signal in Signal.allCases {
                    #expect(await sender.send(signal, body: body).outcome == Self.accepted)
                }
                #expect(await sender.send(.logs, body: ByteBuffer()).outcome == Self.accepted)
            }
            let paths = server.requests.map(\.head.uri)
            #expect(
                paths == ["/base/v1/traces", "/base/v1/metrics", "/base/v1/logs", "/base/v1/logs"]
            )
            #expect(server.requests.map(\.body) == [body, body, body, ByteBuffer()])
            let sent = try #require(server.requests.first?.head)
            #expect(sent.method == .POST)
            #expect(sent.headers["host"] == [endpoint.authority])
            #expect(sent.headers["content-type"] == ["application/x-protobuf"])
            #expect(sent.headers["content-length"] == ["9"])
            #expect(sent.headers["content-encoding"].isEmpty)
            #expect(sent.headers["x-tenant"] == ["a b"])
            #expect(sent.headers["user-agent"] == ["mine"])
        }
    }

    @Test("tells whoever watches a request just before it is written")
    func willSend() async throws {
        try await ScriptedServer.run { _ in
            .bytes(ScriptedServer.ok)
        } _: { server, endpoint in
            try await withSender(to: endpoint) { sender in
                let result = await SendWatcher.result { watcher in
                    sender.send(.traces, body: body, observer: watcher)
                } onWillSend: {
                    #expect(server.requests.isEmpty)
                }
                #expect(result.outcome == Self.accepted)
            }
        }
    }

    @Test("writes a large body in parts where something else is due, and sends that in between")
    func parts() async throws {
        let bodies = (0..<3).map { ByteBuffer(repeating: UInt8($0), count: 100_000 * (3 - $0)) }
        try await ScriptedServer.run { _ in
            .bytes(ScriptedServer.ok)
        } _: { server, endpoint in
            try await withSender(to: endpoint) { sender in
                let observer = InterruptingObserver(sender, bodies.dropFirst())
                sender.send(.traces, body: bodies[0], observer: observer)
                for await outcome in observer.outcomes.prefix(3) {
                    #expect(outcome == Self.accepted)
                }
                // A head and 16 kB each, but for the last part.
                let parts = bodies.map { 1 + ($0.readableBytes + 16_383) / 16_384 }
                #expect(observer.parts == parts.reduce(0, +))
            }
            #expect(server.connectionCount == 3)
            let byLength = server.requests.map(\.body).sorted {
                $0.readableBytes > $1.readableBytes
            }
            #expect(byLength == bodies)
        }
    }

    @Test("keeps one connection for requests that follow each other")
    func keepAlive() async throws {
        try await ScriptedServer.run { _ in
            .bytes(ScriptedServer.ok)
        } _: { server, endpoint in
            try await withSender(to: endpoint) { sender in
                for _ in 0..<20 { _ = await sender.send(.logs, body: body) }
                #expect(sender.connectionCount == 1)
            }
            #expect(server.connectionCount == 1)
            #expect(server.requests.count == 20)
        }
    }

    @Test("opens no more connections than it may, and answers everyone")
    func bounded() async throws {
        try await ScriptedServer.run { _ in
            .bytes(ScriptedServer.ok)
        } _: { server, endpoint in
            try await withSender(to: endpoint, .init(connections: 3)) { sender in
                await withTaskGroup(of: SendOutcome.self) { group in
                    for _ in 0..<100 {
                        group.addTask { await sender.send(.logs, body: body).outcome }
                    }
                    for await outcome in group { #expect(outcome == Self.accepted) }
                }
            }
            #expect((1...3).contains(server.connectionCount))
            #expect(server.requests.count == 100)
        }
    }

    @Test("replaces connections that the server closed, announced or not")
    func replaced() async throws {
        let announced =
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        let replies: [ScriptedServer.Reply] = [
            .bytes(announced), .bytesThenClose(ScriptedServer.ok), .bytes(ScriptedServer.ok),
        ]
        try await ScriptedServer.run {
            replies[$0]
        } _: { server, endpoint in
            try await withSender(to: endpoint) { sender in
                for _ in replies {
                    #expect(await sender.send(.logs, body: body).outcome == Self.accepted)
                    if server.connectionCount < 3 {
                        while sender.connectionCount > 0 { await Task.yield() }
                    }
                }
            }
            #expect(server.connectionCount == 3)
            #expect(server.requests.count == 3)
        }
    }

    @Test("reads partial success of each signal, and chunked answers")
    func partialSuccess() async throws {
        let traces = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceResponse.with {
            $0.partialSuccess.rejectedSpans = 3
            $0.partialSuccess.errorMessage = "too\nold"
        }
        let metrics = Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceResponse.with {
            $0.partialSuccess.rejectedDataPoints = 5
        }
        let logs = Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceResponse.with {
            $0.partialSuccess.errorMessage = "deprecated"
        }
        let bytes: [UInt8] = try traces.serializedBytes()
        let expected = SendOutcome.accepted(rejectedItems: 3, message: "too old")
        #expect(try await outcome(of: response("200 OK", body: bytes)) == expected)
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = [text.prefix(4), text.dropFirst(4)].map {
            "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n"
        }
        let chunked = "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(
            try await outcome(of: .bytes(chunked + parts.joined() + "0\r\n\r\n")) == expected
        )
        #expect(
            try await outcome(
                of: response("200 OK", body: metrics.serializedBytes()),
                signal: .metrics
            ) == .accepted(rejectedItems: 5, message: nil)
        )
        #expect(
            try await outcome(
                of: response("200 OK", body: logs.serializedBytes()),
                signal: .logs
            ) == .accepted(rejectedItems: 0, message: "deprecated")
        )
    }

    @Test("reports refusals with the server's message and the time it asks to wait")
    func refusals() async throws {
        let status = RPCStatus(.unavailable, "busy")
        let protobuf = "Content-Type: application/x-protobuf\r\n"
        #expect(
            try await outcome(
                of: response(
                    "503 Service Unavailable",
                    protobuf + "Retry-After: 31536000\r\n",
                    body: status.encoded
                )
            )
                == .refused(
                    status: 503,
                    retryAfter: .seconds(365 * 86_400),
                    message: "busy"
                )
        )
        #expect(
            try await outcome(
                of: response(
                    "429 Too Many Requests",
                    "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
                    body: Array("slow\u{1b}[2J down".utf8)
                )
            ) == .refused(status: 429, retryAfter: .zero, message: "slow [2J down")
        )
        #expect(
            try await outcome(of: response("400 Bad Request", protobuf, body: [0xff]))
                == .refused(status: 400, retryAfter: nil, message: nil)
        )
        #expect(
            try await outcome(of: response("308 Permanent Redirect", "Location: http://a/\r\n"))
                == .refused(status: 308, retryAfter: nil, message: nil)
        )
    }

    @Test("sends the JSON form where that is asked for, and reads answers in it")
    func json() async throws {
        let request = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest.with {
            $0.resourceSpans = [
                .with {
                    $0.scopeSpans = [
                        .with {
                            $0.spans = [
                                .with {
                                    $0.name = "a"; $0.traceID = Data(0..<16)
                                }
                            ]
                        }
                    ]
                }
            ]
        }
        let answer = #"{"partialSuccess":{"rejectedSpans":"1","errorMessage":"b"},"new":[]}"#
        let refusal = #"{"code":8,"message":"busy","details":[]}"#
        let type = "Content-Type: application/json\r\n"
        let replies = [
            response("200 OK", type, body: Array(answer.utf8)),
            response("200 OK", type, body: Array("{".utf8)),
            response("503 Service Unavailable", type, body: Array(refusal.utf8)),
        ]
        try await ScriptedServer.run {
            replies[$0]
        } _: { server, endpoint in
            try await withSender(to: endpoint, .init(wireProtocol: .httpJSON)) { sender in
                let body = ByteBuffer(bytes: try request.serializedBytes() as [UInt8])
                func send() async -> SendOutcome { await sender.send(.traces, body: body).outcome }
                #expect(await send() == .accepted(rejectedItems: 1, message: "b"))
                guard case .invalidResponse = await send() else {
                    Issue.record("not reported as invalid")
                    return
                }
                #expect(await send() == .refused(status: 503, retryAfter: nil, message: "busy"))
                let result = await sender.send(.traces, body: ByteBuffer(bytes: [0xff]))
                guard case .notEncodable = result.outcome, result.sentAt == nil else {
                    Issue.record("\(result)")
                    return
                }
            }
            #expect(server.requests.count == 3)
            let sent = try #require(server.requests.first)
            #expect(sent.head.headers["content-type"] == ["application/json"])
            #expect(String(buffer: sent.body).contains(#""traceId":"000102030405060708090a0b"#))
        }
    }

    @Test("ignores interim answers")
    func interim() async throws {
        let reply = "HTTP/1.1 100 Continue\r\n\r\n" + ScriptedServer.ok
        #expect(try await outcome(of: .bytes(reply)) == Self.accepted)
    }

    @Test(
        "calls garbage, and a body that is no OTLP response, invalid",
        arguments: [
            "SSH-2.0-OpenSSH_9.6\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine",
        ]
    )
    func invalid(reply: String) async throws {
        guard case .invalidResponse = try await outcome(of: .bytes(reply)) else {
            Issue.record("not reported as invalid")
            return
        }
    }

    @Test("reads no more of an answer than the bound")
    func longAnswer() async throws {
        let long = String(repeating: "a", count: ResponseReader.maximumBodyBytes + 1)
        func reply(_ status: String) -> ScriptedServer.Reply {
            .bytes("HTTP/1.1 \(status)\r\nContent-Length: \(long.utf8.count + 1)\r\n\r\n\(long)")
        }
        guard case .invalidResponse = try await outcome(of: reply("200 OK")) else {
            Issue.record("not reported as invalid")
            return
        }
        #expect(
            try await outcome(of: reply("500 Internal Server Error"))
                == .refused(status: 500, retryAfter: nil, message: nil)
        )
    }

    @Test(
        "reports a connection that breaks before or in the middle of the answer, once",
        arguments: [
            ScriptedServer.Reply.close, .reset, .bytesThenClose("HTTP/1.1 200 OK\r\nContent-"),
            .bytesThenClose("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"),
            .bytesThenClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
        ]
    )
    func broken(reply: ScriptedServer.Reply) async throws {
        guard case .disconnected = try await outcome(of: reply) else {
            Issue.record("not reported as disconnected")
            return
        }
    }

    @Test(
        "gives up on an answer that doesn't come, or doesn't end, in time",
        arguments: [
            ScriptedServer.Reply.silence, .bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"),
        ]
    )
    func timesOut(reply: ScriptedServer.Reply) async throws {
        #expect(try await outcome(of: reply, timeout: .milliseconds(20)) == .timedOut)
    }

    @Test("reports that nobody listens, to all who wait, and tries again for the next")
    func refusedConnection() async throws {
        let port = try LoopbackPort(listens: false)
        let endpoint = try OTLPEndpoint("http://127.0.0.1:\(port.number)")
        try await withSender(to: endpoint, .init(connections: 2)) { sender in
            await withTaskGroup(of: SendResult.self) { group in
                for _ in 0..<10 { group.addTask { await sender.send(.logs, body: body) } }
                for await result in group {
                    #expect(result.sentAt == nil)
                    #expect(
                        result.outcome
                            == .disconnected(reason: "\(endpoint.authority): connection refused")
                    )
                }
            }
            #expect(await sender.send(.logs, body: body).sentAt == nil)
        }
        withExtendedLifetime(port) {}
    }

    @Test("ends a cancelled request at once and closes its connection; others go on")
    func cancelled() async throws {
        try await ScriptedServer.run {
            $0 == 0 ? .silence : .bytes(ScriptedServer.ok)
        } _: {
            server,
            endpoint in
            try await withSender(to: endpoint, .init(connections: 1)) { sender in
                let first = Task { await sender.send(.logs, body: body) }
                for await _ in server.arrivals { break }
                let second = Task { await sender.send(.logs, body: body) }
                second.cancel()
                let secondResult = await second.value
                #expect(secondResult.outcome == .cancelled)
                #expect(secondResult.sentAt == nil)
                first.cancel()
                let firstResult = await first.value
                #expect(firstResult.outcome == .cancelled)
                #expect(firstResult.sentAt != nil)
                for await _ in server.closures { break }
                #expect(await sender.send(.logs, body: body).outcome == Self.accepted)
            }
            #expect(server.requests.count == 2)
        }
    }

    @Test("ends what is under way when closed, and takes nothing any more")
    func closed() async throws {
        try await ScriptedServer.run { _ in
            .silence
        } _: { server, endpoint in
            let sender = OTLPSender(endpoint: endpoint)
            async let underWay = sender.send(.logs, body: body)
            for await _ in server.arrivals { break }
            await sender.close()
            await sender.close()
            #expect(sender.connectionCount == 0)
            #expect(await underWay.outcome == .disconnected(reason: "the sender was closed"))
            #expect(
                await sender.send(.logs, body: body).outcome
                    == .disconnected(reason: "the sender is closed")
            )
        }
    }

    @Test("takes no header that could break a request, and never prints a value")
    func headers() throws {
        for (name, value) in [
            ("", "a"), ("a b", "c"), ("a:", "c"), ("Content-Length", "3"), ("a", "b\r\nc: d"),
            ("a", "\0"),
        ] {
            #expect(throws: OTLPTransportError.self) {
                try OTLPSender.Header(name: name, value: value)
            }
        }
        let header = try OTLPSender.Header(name: "Authorization", value: "Bearer secret")
        var dumped = ""
        dump([header], to: &dumped)
        #expect(!"\([header])\(String(reflecting: header))\(dumped)".contains("secret"))
    }
}
