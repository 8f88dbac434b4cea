import Foundation
import NIOCore
import NIOSSL
import OTLP
import SwiftProtobuf
import TestSupport
import Testing

@testable import OTLPTransport

@Suite("OTLP/gRPC receiver")
struct GRPCReceiverTests {
    @Test("hands over each signal's bytes as they were sent, and answers OK with an empty message")
    func accepts() async throws {
        let sink = RecordingSink()
        var generator = TelemetryGenerator(seed: 5)
        let requests = try Signal.allCases.map { try generator.next($0, items: 50) }
        try await withGRPCReceiver(sink) { endpoint in
            let client = CallClient(endpoint: endpoint)
            let services = ["trace.v1.Trace", "metrics.v1.Metrics", "logs.v1.Logs"]
            for (request, service) in zip(requests, services) {
                let path = "/opentelemetry.proto.collector.\(service)Service/Export"
                let answer = try await client.call(
                    [CallClient.framed(request.payload)],
                    path: path
                )
                #expect(answer.status == 0)
                #expect(answer.body == [0, 0, 0, 0, 0])
            }
        }
        #expect(sink.requests.map(\.signal) == Signal.allCases)
        #expect(sink.requests.map(\.payload) == requests.map(\.payload))
        #expect(sink.requests.map(\.transport) == [.grpc, .grpc, .grpc])
    }

    @Test("puts a message together, however its bytes are cut into frames")
    func parts() async throws {
        let sink = RecordingSink()
        let sent = payload(100_000)
        let bytes = CallClient.framed(sent)
        try await withGRPCReceiver(sink) { endpoint in
            let client = CallClient(endpoint: endpoint)
            for cuts in [[1], [5], [4, 6], [2, 3, 50_000], [100_005]] {
                let places = [0] + cuts + [bytes.count]
                let parts = zip(places, places.dropFirst()).map { Array(bytes[$0..<$1]) }
                let answer = try await client.call(parts)
                #expect(answer.status == 0)
            }
        }
        #expect(sink.requests.map(\.payload) == Array(repeating: sent, count: 5))
    }

    @Test("inflates gzip, takes identity, and refuses what it can't read")
    func compression() async throws {
        let sink = RecordingSink()
        let text = Array(String(repeating: "telemetry ", count: 1_000).utf8)
        let gzip = Array(buffer: try #require(Gzip.compress(ByteBuffer(bytes: text))))
        let packed = CallClient.framed(gzip, compressed: true)
        try await withGRPCReceiver(sink) { endpoint in
            let client = CallClient(endpoint: endpoint)
            let named = [("grpc-encoding", "gzip")]
            #expect(try await client.call([packed], headers: named).status == 0)
            #expect(
                try await client.call([CallClient.framed(text)], headers: named).status == 0
            )
            #expect(try await client.call([packed]).status == 3)
            let other = try await client.call([packed], headers: [("grpc-encoding", "br")])
            #expect(other.status == 12)
            for damaged in [Array(gzip.dropLast(4)), Array(gzip.prefix(30)), text] {
                let bytes = CallClient.framed(damaged, compressed: true)
                let answer = try await client.call([bytes], headers: named)
                #expect(answer.status == 3)
            }
        }
        #expect(sink.requests.map(\.payload) == [text, text])
    }

    @Test("refuses what exceeds the bound, by its length or once it is inflated")
    func tooLong() async throws {
        let sink = RecordingSink()
        let bomb = try #require(Gzip.compress(ByteBuffer(repeating: 0, count: 10_000_000)))
        try await withGRPCReceiver(sink, limits: .init(bodyBytes: 100_000)) { endpoint in
            let client = CallClient(endpoint: endpoint)
            let answers = [
                try await client.call([CallClient.framed(payload(100_001))]),
                // A length that nothing follows.
                try await client.call([[0, 0xff, 0xff, 0xff, 0xff]]),
                try await client.call(
                    [CallClient.framed(Array(buffer: bomb), compressed: true)],
                    headers: [("grpc-encoding", "gzip")]
                ),
            ]
            for answer in answers {
                #expect(answer.status == 8)
                #expect(answer.message?.contains("100000") == true)
            }
            #expect(try await client.call([CallClient.framed(payload(100_000))]).status == 0)
        }
        #expect(sink.requests.count == 1)
    }

    @Test(
        "refuses bytes that are not one message",
        arguments: [
            [], [0], [0, 0, 0, 0, 9, 1, 2], [2, 0, 0, 0, 1, 1],
            [0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1],
        ] as [[UInt8]]
    )
    func malformed(bytes: [UInt8]) async throws {
        let sink = RecordingSink()
        try await withGRPCReceiver(sink) { endpoint in
            let answer = try await CallClient(endpoint: endpoint).call([bytes])
            #expect(answer.status == 3)
        }
        #expect(sink.requests.isEmpty)
    }

    @Test(
        "answers for a sink that refuses, and says when to try again",
        arguments: [
            (TelemetryRefusal.malformed(WireError(.truncated, at: 3)), 3, nil as Double?),
            (.full(retryAfter: .milliseconds(1_200)), 14, 1.2),
            (.unavailable(reason: "the disk is full"), 14, 60),
        ]
    )
    func refuses(refusal: TelemetryRefusal, code: Int, delay: Double?) async throws {
        let answer = try await withGRPCReceiver(RecordingSink(refusal: refusal)) { endpoint in
            try await CallClient(endpoint: endpoint).call([CallClient.framed([1])])
        }
        #expect(answer.status == code)
        guard let delay else { return #expect(answer.details == nil) }
        let text = try #require(answer.details)
        let padded = text + String(repeating: "=", count: (4 - text.count % 4) % 4)
        let details = try #require(Data(base64Encoded: padded))
        let status = try RPCStatus(serializedBytes: details)
        #expect(status.code == Int32(code))
        // The third field of a status, an Any, is unknown to RPCStatus.
        let any = try Google_Protobuf_Any(serializedBytes: status.unknownFields.data.dropFirst(2))
        #expect(any.typeURL == "type.googleapis.com/google.rpc.RetryInfo")
        let duration = try Google_Protobuf_Duration(serializedBytes: any.value.dropFirst(2))
        #expect(Double(duration.seconds) + Double(duration.nanos) / 1e9 == delay)
    }

    @Test("answers UNIMPLEMENTED to other methods")
    func methods() async throws {
        try await withGRPCReceiver(RecordingSink()) { endpoint in
            let client = CallClient(endpoint: endpoint)
            let answer = try await client.call([CallClient.framed([])], path: "/a.B/C")
            #expect(answer.status == 12)
        }
    }

    @Test("lets in only who names the token, and says nothing of it")
    func token() async throws {
        let sink = RecordingSink()
        let log = LoggedLines()
        let token = try BearerToken("s3cret-token")
        try await withGRPCReceiver(sink, token: token, logger: log.logger) { endpoint in
            let client = CallClient(endpoint: endpoint)
            let wrong = ["Bearer s3cret-tokem", "Bearer s3cret", "s3cret-token", "Bearer "]
            for value in wrong {
                let answer = try await client.call(
                    [CallClient.framed([1])],
                    headers: [("authorization", value)]
                )
                #expect(answer.status == 16, "\(value)")
            }
            #expect(try await client.call([CallClient.framed([1])]).status == 16)
            let right = [("authorization", "Bearer s3cret-token")]
            #expect(try await client.call([CallClient.framed([1])], headers: right).status == 0)
        }
        #expect(sink.requests.count == 1)
        #expect(log.lines.count == 5)
        #expect(log.lines.allSatisfy { !$0.contains("s3cret") })
    }

    @Test("cuts off a call that is sent byte by byte, and serves others meanwhile")
    func slow() async throws {
        let sink = RecordingSink()
        let log = LoggedLines()
        let configuration = OTLPReceiver.Configuration(port: 0, requestTimeout: .seconds(1))
        try await withGRPCReceiver(sink, logger: log.logger, configuration: configuration) {
            endpoint in
            let client = CallClient(endpoint: endpoint)
            let bytes = CallClient.framed(Array(repeating: 1, count: 5_000)).map { [$0] }
            async let slow = client.call(bytes, pause: .milliseconds(20))
            let quick = try await client.call([CallClient.framed([7])])
            #expect(quick.status == 0)
            #expect(try await slow.status == 4)
        }
        #expect(sink.requests.map(\.payload) == [[7]])
        #expect(log.lines.count == 1)
    }

    @Test("speaks TLS, and asks for a client's certificate when told to")
    func tls() async throws {
        let certificates = try TestCertificates.shared.get()
        let sink = RecordingSink()
        let tls = try ServerTLS(
            certificatePath: certificates.server.certificate,
            keyPath: certificates.server.key,
            clientAuthorityPath: certificates.authority
        )
        try await withGRPCReceiver(sink, configuration: .init(port: 0, tls: tls)) { endpoint in
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .file(certificates.authority)
            configuration.applicationProtocols = ["h2"]
            var client = CallClient(endpoint: endpoint)
            client.tls = try NIOSSLContext(configuration: configuration)
            let unknown = try? await client.call([CallClient.framed([1])])
            #expect(unknown?.status == nil)
            configuration.certificateChain =
                try NIOSSLCertificate
                .fromPEMFile(certificates.client.certificate).map { .certificate($0) }
            configuration.privateKey = .privateKey(
                try NIOSSLPrivateKey(file: certificates.client.key, format: .pem)
            )
            client.tls = try NIOSSLContext(configuration: configuration)
            #expect(try await client.call([CallClient.framed([2])]).status == 0)
        }
        #expect(sink.requests.map(\.payload) == [[2]])
    }

    @Test("closes connections beyond the bound, and takes others once there is room")
    func connections() async throws {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let (gate, opened) = AsyncStream<Void>.makeStream()
        let sink = RecordingSink {
            arrived.yield()
            for await _ in gate { break }
        }
        let configuration = OTLPReceiver.Configuration(port: 0, connections: 1)
        try await withGRPCReceiver(sink, configuration: configuration) { endpoint in
            let client = CallClient(endpoint: endpoint)
            async let first = client.call([CallClient.framed([1])])
            for await _ in arrivals { break }
            let second = try? await client.call([CallClient.framed([2])])
            #expect(second?.status == nil)
            opened.finish()
            #expect(try await first.status == 0)
            try await poll(for: "room") {
                let third = try? await client.call([CallClient.framed([3])])
                return third?.status == 0 ? true : nil
            }
        }
        #expect(sink.requests.map(\.payload) == [[1], [3]])
    }

    @Test("says so when the port is in use")
    func address() async throws {
        try await withGRPCReceiver(RecordingSink()) { endpoint in
            let port = endpoint.port
            await #expect(throws: OTLPTransportError.addressInUse(host: "127.0.0.1", port: port)) {
                try await withGRPCReceiver(RecordingSink(), configuration: .init(port: port)) { _ in
                }
            }
        }
    }
}
