import Foundation
import NIOCore
import NIOHTTP2
import OTLP
import SwiftProtobuf
import TestSupport
import Testing

@testable import OTLPTransport

@Suite("gRPC sender")
struct GRPCSenderTests {
    private typealias Server = ScriptedCallServer

    private static let accepted = SendOutcome.accepted(rejectedItems: 0, message: nil)
    private let body = ByteBuffer(string: "telemetry")

    private func configuration(
        connections: Int = 1,
        timeout: Duration = .seconds(60),
        headers: [OTLPSender.Header] = [],
        compression: OTLPSender.Compression = .none
    ) -> OTLPSender.Configuration {
        .init(
            connections: connections,
            headers: headers,
            requestTimeout: timeout,
            compression: compression,
            wireProtocol: .grpc
        )
    }

    private func endpoint(_ port: Int) throws -> OTLPEndpoint {
        try OTLPEndpoint("http://127.0.0.1:\(port)", wireProtocol: .grpc)
    }

    @Test("tells whoever watches a request just before it is written")
    func willSend() async throws {
        try await Server.run { _ in
            .ok()
        } _: { server, port in
            try await withSender(to: endpoint(port), configuration()) { sender in
                let result = await SendWatcher.result { watcher in
                    sender.send(.traces, body: body, observer: watcher)
                } onWillSend: {
                    #expect(server.calls.isEmpty)
                }
                #expect(result.outcome == Self.accepted)
            }
        }
    }

    /// Sends one request to a server that gives the reply.
    private func outcome(
        of reply: ScriptedCallServer.Reply,
        signal: Signal = .traces,
        timeout: Duration = .seconds(60)
    ) async throws -> SendOutcome {
        try await Server.run { _ in
            reply
        } _: { _, port in
            try await withSender(to: endpoint(port), configuration(timeout: timeout)) { sender in
                let result = await sender.send(signal, body: body)
                let sentAt = try #require(result.sentAt)
                #expect(sentAt <= result.answeredAt)
                return result.outcome
            }
        }
    }

    private func expectInvalid(
        _ reply: ScriptedCallServer.Reply,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await outcome(of: reply)
        guard case .invalidResponse = outcome else {
            Issue.record("\(outcome) instead of invalid", sourceLocation: sourceLocation)
            return
        }
    }

    private func sendAll(_ count: Int, through sender: OTLPSender) async {
        await withTaskGroup(of: SendOutcome.self) { group in
            for _ in 0..<count { group.addTask { await sender.send(.logs, body: body).outcome } }
            for await outcome in group { #expect(outcome == Self.accepted) }
        }
    }

    // MARK: Requests

    @Test("calls the method of each signal with the bytes that were given")
    func request() async throws {
        try await Server.run { _ in
            .ok()
        } _: { server, port in
            let headers = [
                try OTLPSender.Header(name: "X-Tenant", value: "a b"),
                try OTLPSender.Header(name: "User-Agent", value: "mine"),
            ]
            try await withSender(to: endpoint(port), configuration(headers: headers)) { sender in
                for signal in Signal.allCases {
                    #expect(await sender.send(signal, body: body).outcome == Self.accepted)
                }
                #expect(await sender.send(.logs, body: ByteBuffer()).outcome == Self.accepted)
            }
            #expect(server.connectionCount == 1)
            #expect(
                server.calls.map { $0[":path"] } == [
                    "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
                    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
                    "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
                    "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
                ]
            )
            let sent = Array(body.readableBytesView)
            #expect(server.calls.map(\.message) == [sent, sent, sent, []])
            let call = try #require(server.calls.first)
            #expect(call.body.prefix(5) == [0, 0, 0, 0, 9])
            #expect(call[":method"] == "POST")
            #expect(call[":scheme"] == "http")
            #expect(call[":authority"] == "127.0.0.1:\(port)")
            #expect(call["te"] == "trailers")
            #expect(call["content-type"] == "application/grpc+proto")
            #expect(call["grpc-timeout"] == "60000m")
            #expect(call["grpc-encoding"] == nil)
            #expect(call["x-tenant"] == "a b")
            #expect(call["user-agent"] == "mine")
        }
    }

    @Test("compresses messages and says so")
    func gzip() async throws {
        try await Server.run { _ in
            .ok()
        } _: { server, port in
            let body = ByteBuffer(repeating: 7, count: 10_000)
            try await withSender(to: endpoint(port), configuration(compression: .gzip)) { sender in
                #expect(await sender.send(.traces, body: body).outcome == Self.accepted)
            }
            let call = try #require(server.calls.first)
            #expect(call["grpc-encoding"] == "gzip")
            #expect(call.body.first == 1)
            #expect(call.message.count < 1_000)
            #expect(call.message.prefix(2) == [0x1f, 0x8b])
        }
    }

    @Test("keeps to windows smaller than a message")
    func flowControl() async throws {
        let settings = [HTTP2Setting(parameter: .initialWindowSize, value: 1_000)]
        try await Server.run(settings: settings) { _ in
            .ok()
        } _: { server, port in
            let bodies = (1...4).map { payload($0 * 100_000, seed: UInt64($0)) }
            try await withSender(to: endpoint(port), configuration()) { sender in
                await withTaskGroup(of: SendOutcome.self) { group in
                    for body in bodies {
                        group.addTask {
                            await sender.send(.logs, body: ByteBuffer(bytes: body)).outcome
                        }
                    }
                    for await outcome in group { #expect(outcome == Self.accepted) }
                }
            }
            #expect(Set(server.calls.map(\.message)) == Set(bodies))
        }
    }

    @Test("has as many calls under way on a connection as the server lets, and no more")
    func multiplexing() async throws {
        let settings = [HTTP2Setting(parameter: .maxConcurrentStreams, value: 3)]
        // Nothing is answered until three calls are there at once.
        try await Server.run(settings: settings) { number in
            .ok().held(until: number < 3 ? 3 : 0)
        } _: { server, port in
            try await withSender(to: endpoint(port), configuration()) { sender in
                await sendAll(50, through: sender)
                #expect(sender.connectionCount == 1)
            }
            #expect(server.calls.count == 50)
            #expect(server.connectionCount == 1)
            #expect(server.mostOpenStreams == 3)
        }
    }

    @Test("spreads calls over its connections")
    func connections() async throws {
        try await Server.run { number in
            .ok().held(until: number < 8 ? 8 : 0)
        } _: { server, port in
            try await withSender(to: endpoint(port), configuration(connections: 4)) { sender in
                await sendAll(8, through: sender)
                await sendAll(100, through: sender)
            }
            #expect((2...4).contains(server.connectionCount))
            #expect(server.calls.count == 108)
        }
    }

    // MARK: Answers

    @Test("reads partial success")
    func partialSuccess() async throws {
        let message = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceResponse.with {
            $0.partialSuccess.rejectedSpans = 3
            $0.partialSuccess.errorMessage = "too\nold"
        }
        #expect(
            try await outcome(of: .ok(message.serializedBytes()))
                == .accepted(rejectedItems: 3, message: "too old")
        )
    }

    @Test("reports statuses with the server's message and the time it asks to wait")
    func statuses() async throws {
        #expect(
            try await outcome(of: .status("14", ("grpc-message", "h%C3%B6chst%1B besch%zz")))
                == .failedCall(.unavailable, retryAfter: nil, message: "höchst  besch%zz")
        )
        #expect(
            try await outcome(of: .status("8", retryAfter: 2.5))
                == .failedCall(
                    .resourceExhausted,
                    retryAfter: .milliseconds(2_500),
                    message: nil
                )
        )
        #expect(
            try await outcome(of: .status("8", ("grpc-status-details-bin", "no base64!")))
                == .failedCall(.resourceExhausted, retryAfter: nil, message: nil)
        )
        #expect(
            try await outcome(of: .status("4711"))
                == .failedCall(.unknown, retryAfter: nil, message: nil)
        )
        // After the body, rather than in place of it.
        let late = Server.Reply(
            .headers([(":status", "200"), ("content-type", "application/grpc")]),
            .headers([("grpc-status", "3"), ("grpc-message", "bad")], endStream: true)
        )
        #expect(
            try await outcome(of: late)
                == .failedCall(.invalidArgument, retryAfter: nil, message: "bad")
        )
    }

    @Test("reports what a proxy answers in HTTP alone")
    func httpStatus() async throws {
        let reply = Server.Reply(
            .headers([(":status", "503"), ("retry-after", "7")]),
            .data(Array("no healthy\u{1b}upstream".utf8), endStream: true)
        )
        #expect(
            try await outcome(of: reply)
                == .refused(
                    status: 503,
                    retryAfter: .seconds(7),
                    message: "no healthy upstream"
                )
        )
    }

    @Test("calls what is no answer of gRPC invalid")
    func invalid() async throws {
        let head = Server.Part.headers([(":status", "200"), ("content-type", "application/grpc")])
        let end = Server.Part.headers([("grpc-status", "0")], endStream: true)
        try await expectInvalid(.status("abc"))
        try await expectInvalid(.status("0"))
        try await expectInvalid(.status(""))
        try await expectInvalid(.init(.headers([(":status", "200")], endStream: true)))
        try await expectInvalid(.init(head, .data([0, 0, 0, 0, 0], endStream: true)))
        // A length of 9 before one byte; two messages; one that is compressed; one that is none.
        try await expectInvalid(.init(head, .data([0, 0, 0, 0, 9, 1]), end))
        try await expectInvalid(.init(head, .data([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), end))
        try await expectInvalid(.init(head, .data([1, 0, 0, 0, 0]), end))
        try await expectInvalid(.init(head, .data([0, 0, 0, 0, 1, 0xff]), end))
        let long = [UInt8](repeating: 0, count: ResponseReader.maximumBodyBytes + 1)
        try await expectInvalid(.init(head, .data(long)))
    }

    @Test("ends a stream of malformed trailers as invalid, and goes on with others")
    func malformedTrailers() async throws {
        let bad = Server.Reply(
            .headers([(":status", "200")]),
            .headers([("UPPER", "case"), (":status", "200")], endStream: true)
        )
        try await Server.run {
            $0 == 0 ? bad : .ok()
        } _: { _, port in
            try await withSender(to: endpoint(port), configuration()) { sender in
                guard case .invalidResponse = await sender.send(.logs, body: body).outcome else {
                    Issue.record("not reported as invalid")
                    return
                }
                #expect(await sender.send(.logs, body: body).outcome == Self.accepted)
            }
        }
    }

    // MARK: Disturbances

    @Test("reports a stream that is reset, and keeps the connection")
    func reset() async throws {
        try await Server.run {
            $0 == 0 ? .init(.reset(.refusedStream)) : .ok()
        } _: { server, port in
            try await withSender(to: endpoint(port), configuration()) { sender in
                guard case .disconnected = await sender.send(.logs, body: body).outcome else {
                    Issue.record("not reported as disconnected")
                    return
                }
                #expect(await sender.send(.logs, body: body).outcome == Self.accepted)
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("takes another connection after GOAWAY; what the server took is answered on the old one")
    func goAway() async throws {
        try await Server.run { number in
            switch number {
            // The first of two calls is answered after the second has been sent away.
            case 0: .ok().held(until: 3)
            case 1: .init(.goAway(last: 1))
            default: .ok()
            }
        } _: { server, port in
            try await withSender(to: endpoint(port), configuration()) { sender in
                async let first = sender.send(.logs, body: body).outcome
                try await poll(for: "call") { server.calls.count == 1 ? true : nil }
                guard case .disconnected = await sender.send(.logs, body: body).outcome else {
                    Issue.record("not reported as disconnected")
                    return
                }
                #expect(await sender.send(.logs, body: body).outcome == Self.accepted)
                #expect(await first == Self.accepted)
            }
            #expect(server.connectionCount == 2)
        }
    }

    @Test("ends all calls of a connection that breaks, each once")
    func broken() async throws {
        try await Server.run { number in
            number < 4 ? Server.Reply(.close).held(until: 4) : .ok()
        } _: { server, port in
            try await withSender(to: endpoint(port), configuration()) { sender in
                await withTaskGroup(of: SendOutcome.self) { group in
                    for _ in 0..<4 {
                        group.addTask { await sender.send(.logs, body: body).outcome }
                    }
                    for await outcome in group {
                        guard case .disconnected = outcome else {
                            Issue.record("\(outcome)")
                            continue
                        }
                    }
                }
                #expect(await sender.send(.logs, body: body).outcome == Self.accepted)
            }
            #expect(server.calls.count == 5)
        }
    }

    @Test("gives up on an answer that doesn't come in time, and on a connection gone silent")
    func timesOut() async throws {
        try await Server.run {
            $0 == 0 ? .silence : .ok()
        } _: { server, port in
            let settings = configuration(timeout: .milliseconds(100))
            try await withSender(to: endpoint(port), settings) { sender in
                #expect(await sender.send(.logs, body: body).outcome == .timedOut)
            }
            try await poll(for: "reset") { server.resets.isEmpty ? nil : true }
            #expect(server.resets == [.cancel])
        }
    }

    @Test("resets the stream of a cancelled request; others go on")
    func cancelled() async throws {
        try await Server.run {
            $0 == 0 ? .silence : .ok()
        } _: { server, port in
            try await withSender(to: endpoint(port), configuration()) { sender in
                let first = Task { await sender.send(.logs, body: body) }
                try await poll(for: "call") { server.calls.count == 1 ? true : nil }
                first.cancel()
                let result = await first.value
                #expect(result.outcome == .cancelled)
                #expect(result.sentAt != nil)
                #expect(await sender.send(.logs, body: body).outcome == Self.accepted)
                #expect(server.resets == [.cancel])
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("takes an answer that comes before the request is through, and wastes no more on it")
    func earlyAnswer() async throws {
        try await Server.run(answersEarly: true) { _ in
            .status("7")
        } _: { server, port in
            try await withSender(to: endpoint(port), configuration()) { sender in
                for _ in 0..<3 {
                    // More than the server's windows take.
                    let body = ByteBuffer(repeating: 1, count: 1_000_000)
                    #expect(
                        await sender.send(.logs, body: body).outcome
                            == .failedCall(.permissionDenied, retryAfter: nil, message: nil)
                    )
                }
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("ends what is under way when closed, and takes nothing any more")
    func closed() async throws {
        try await Server.run { _ in
            .silence
        } _: { server, port in
            let sender = OTLPSender(endpoint: try endpoint(port), configuration: configuration())
            async let underWay = sender.send(.logs, body: body)
            try await poll(for: "call") { server.calls.count == 1 ? true : nil }
            await sender.close()
            #expect(sender.connectionCount == 0)
            #expect(await underWay.outcome == .disconnected(reason: "the sender was closed"))
            #expect(
                await sender.send(.logs, body: body).outcome
                    == .disconnected(reason: "the sender is closed")
            )
        }
    }

    @Test(
        "says that a server doesn't speak HTTP/2",
        arguments: [
            ScriptedServer.Reply.bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
            .bytesThenClose("SSH-2.0-OpenSSH_9.6\r\n\r\n"), .close,
        ]
    )
    func otherProtocol(reply: ScriptedServer.Reply) async throws {
        // NIO's parser of HTTP/1.1 takes the preface of HTTP/2 for a request, or closes.
        try await ScriptedServer.run { _ in
            reply
        } _: { _, endpoint in
            try await withSender(to: endpoint, configuration()) { sender in
                let result = await sender.send(.logs, body: body)
                #expect(result.sentAt == nil)
                guard case .disconnected = result.outcome else {
                    Issue.record("\(result.outcome)")
                    return
                }
            }
        }
    }
}
