import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import OTLP
import TestSupport
import Testing

@testable import OTLPTransport

@Suite("Receiving safely")
struct ReceivingSafelyTests {
    private static let head = """
        POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n
        """

    private func post(
        to url: String,
        _ headers: [(String, String)] = [],
        client: HTTPClient = .shared,
        body: [UInt8] = [1]
    ) async throws -> Int {
        var request = HTTPClientRequest(url: url + "/v1/traces")
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: body))
        request.headers.add(name: "Content-Type", value: "application/x-protobuf")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        return Int(try await client.execute(request, timeout: .seconds(60)).status.code)
    }

    @Test("lets in only who names the token, and says nothing of it")
    func token() async throws {
        let sink = RecordingSink()
        let log = LoggedLines()
        let token = try BearerToken("s3cret-token")
        #expect(!"\(token)\(String(reflecting: token))".contains("s3cret"))
        try await withReceiver(sink, token: token, logger: log.logger) { endpoint in
            let wrong = [
                "Bearer s3cret-tokem", "Bearer s3cret-token2", "Bearer s3cret", "Bearer ", "Bearer",
                "Basic s3cret-token", "s3cret-token",
            ]
            for value in wrong {
                let status = try await post(to: "\(endpoint)", [("Authorization", value)])
                #expect(status == 401)
            }
            #expect(try await post(to: "\(endpoint)") == 401)
            for scheme in ["Bearer", "bearer"] {
                let value = "\(scheme) s3cret-token"
                #expect(try await post(to: "\(endpoint)", [("Authorization", value)]) == 200)
            }
        }
        #expect(sink.requests.count == 2)
        #expect(log.lines.count == 8)
        #expect(log.lines.allSatisfy { !$0.contains("s3cret") && $0.contains("token") })
    }

    @Test("takes no token that no header could carry", arguments: ["", "a b", "a\n", "é"])
    func unusableToken(text: String) {
        #expect(throws: OTLPTransportError.unusableToken) { try BearerToken(text) }
    }

    @Test(
        "cuts off a client that sends its request byte by byte, and serves others meanwhile",
        arguments: [
            head, head + "Content-Length: 100000\r\n\r\n",
            head + "Transfer-Encoding: chunked\r\n\r\n186a0\r\n",
        ]
    )
    func slow(start: String) async throws {
        let sink = RecordingSink()
        let log = LoggedLines()
        let configuration = OTLPReceiver.Configuration(port: 0, requestTimeout: .seconds(1))
        try await withReceiver(sink, logger: log.logger, configuration: configuration) {
            endpoint in
            async let cutOff: Void = drip(start, to: endpoint)
            let status = try await post(to: "\(endpoint)", body: [7])
            #expect(status == 200)
            try await cutOff
        }
        #expect(sink.requests.map(\.payload) == [[7]])
        #expect(log.lines.filter { $0.contains("took longer") }.count == 1, "\(log.lines)")
    }

    /// Sends the text, then a byte every 20 ms, and returns once the server has closed the
    /// connection.
    private func drip(_ start: String, to endpoint: OTLPEndpoint) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: endpoint.host, port: endpoint.port)
            .get()
        try await channel.writeAndFlush(ByteBuffer(string: start))
        while channel.isActive {
            try? await channel.writeAndFlush(ByteBuffer(string: "A"))
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("closes a connection that is idle, but none that waits for its answer")
    func idle() async throws {
        let (gate, opened) = AsyncStream<Void>.makeStream()
        let sink = RecordingSink { for await _ in gate { break } }
        let configuration = OTLPReceiver.Configuration(port: 0, idleTimeout: .milliseconds(300))
        try await withReceiver(sink, configuration: configuration) { endpoint in
            async let waiting = post(to: "\(endpoint)")
            let idle = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: endpoint.host, port: endpoint.port)
                .get()
            try await idle.closeFuture.get()
            opened.yield()
            #expect(try await waiting == 200)
        }
    }

    @Test("refuses a head with too many fields, or too long ones")
    func heads() async throws {
        let sink = RecordingSink()
        try await withReceiver(sink) { endpoint in
            let many = (0..<200).map { "X-\($0): a\r\n" }.joined()
            let long = "X: \(String(repeating: "a", count: 40_000))\r\n"
            for fields in [many, long] {
                let request = Self.head + fields + "Content-Length: 1\r\n\r\na"
                let answer = try await exchangeBytes(request, with: endpoint)
                #expect(answer.hasPrefix("HTTP/1.1 400"), "\(answer)")
            }
            #expect(try await post(to: "\(endpoint)") == 200)
        }
        #expect(sink.requests.count == 1)
    }

    @Test("answers 400 to TLS on a plain port, with one line, and serves others")
    func tlsToPlain() async throws {
        let log = LoggedLines()
        try await withReceiver(RecordingSink(), logger: log.logger) { endpoint in
            // How a TLS client begins.
            let answer = try await exchangeBytes("\u{16}\u{3}\u{1}\u{2}\0\u{1}", with: endpoint)
            #expect(answer.hasPrefix("HTTP/1.1 400"))
            let status = try await post(to: "\(endpoint)")
            #expect(status == 200)
        }
        #expect(Set(log.lines).count == 1, "\(log.lines)")
    }

    private func client(
        _ certificates: TestCertificates,
        showing identity: TestCertificates.Identity? = nil
    ) throws -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(certificates.authority)
        if let identity {
            tls.certificateChain = try NIOSSLCertificate.fromPEMFile(identity.certificate)
                .map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: identity.key, format: .pem))
        }
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = tls
        return HTTPClient(configuration: configuration)
    }

    @Test("speaks TLS alone when told to, and asks for a certificate that it trusts")
    func tls() async throws {
        let certificates = try TestCertificates.shared.get()
        let sink = RecordingSink()
        let log = LoggedLines()
        let tls = try ServerTLS(
            certificatePath: certificates.server.certificate,
            keyPath: certificates.server.key,
            clientAuthorityPath: certificates.authority
        )
        let configuration = OTLPReceiver.Configuration(port: 0, tls: tls)
        try await withReceiver(sink, logger: log.logger, configuration: configuration) {
            endpoint in
            let url = "https://localhost:\(endpoint.port)"
            for (identity, isWelcome) in [
                (certificates.client, true), (nil, false), (certificates.expired, false),
            ] {
                let client = try client(certificates, showing: identity)
                let status = try? await post(to: url, client: client)
                #expect(status == (isWelcome ? 200 : nil))
                try await client.shutdown()
            }
            // Plain HTTP to it gets no answer, and a line in the log.
            _ = try? await exchangeBytes(Self.head + "\r\n", with: endpoint)
        }
        #expect(sink.requests.count == 1)
        #expect(log.lines.count >= 3, "\(log.lines)")
    }

    @Test("says which file of a certificate can't be used, and why")
    func unusableFiles() throws {
        let certificates = try TestCertificates.shared.get()
        let (server, client) = (certificates.server, certificates.client)
        func fault(_ certificate: String, _ key: String, _ authority: String? = nil) -> String? {
            do throws(OTLPTransportError) {
                _ = try ServerTLS(
                    certificatePath: certificate,
                    keyPath: key,
                    clientAuthorityPath: authority
                )
                return nil
            } catch {
                return error.description
            }
        }
        #expect(fault(server.certificate, server.key, certificates.authority) == nil)
        #expect(fault("/none.pem", server.key)?.hasPrefix("/none.pem: ") == true)
        #expect(fault(server.certificate, "/none.key")?.hasPrefix("/none.key: ") == true)
        #expect(fault(server.key, server.key)?.contains("no certificate") == true)
        #expect(fault(server.certificate, server.certificate)?.contains("private key") == true)
        #expect(fault(server.certificate, client.key)?.contains("is not the key of") == true)
        #expect(
            fault(server.certificate, server.key, server.key)?.contains("no certificate") == true
        )
    }
}
