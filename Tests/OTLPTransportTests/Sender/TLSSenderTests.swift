import NIOCore
import NIOSSL
import OTLP
import TestSupport
import Testing

@testable import OTLPTransport

@Suite("Sender over TLS")
struct TLSSenderTests {
    private let certificates: TestCertificates
    private let body = ByteBuffer(string: "telemetry")
    private static let accepted = SendOutcome.accepted(rejectedItems: 0, message: nil)

    init() throws {
        certificates = try TestCertificates.shared.get()
    }

    /// What one request over HTTPS comes to, and what checking the connection says before, if it is
    /// not content.
    private func send(
        to server: NIOSSLContext?,
        _ tls: ClientTLS?,
        host: String = "127.0.0.1"
    ) async throws -> (outcome: SendOutcome, complaint: String?) {
        try await ScriptedServer.run(tls: server) { _ in
            .bytes(ScriptedServer.ok)
        } _: { _, endpoint in
            let secure = try OTLPEndpoint("https://\(host):\(endpoint.port)")
            return try await withSender(to: secure, .init(connections: 1, tls: tls)) { sender in
                var complaint: String?
                do {
                    try await sender.checkConnection()
                } catch {
                    complaint = "\(error)"
                }
                return (await sender.send(.logs, body: body).outcome, complaint)
            }
        }
    }

    private func expectDisconnected(
        _ result: (outcome: SendOutcome, complaint: String?),
        _ reason: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let complaint = result.complaint ?? ""
        #expect(complaint.contains(reason), "\(complaint)", sourceLocation: sourceLocation)
        #expect(!complaint.contains("\n"), sourceLocation: sourceLocation)
        guard case .disconnected = result.outcome else {
            Issue.record("\(result.outcome)", sourceLocation: sourceLocation)
            return
        }
    }

    @Test("sends to a server whose authority it is told, by address or by name")
    func trusted() async throws {
        for host in ["127.0.0.1", "localhost"] {
            let result = try await send(
                to: certificates.server.server(),
                ClientTLS(authorities: certificates.authority),
                host: host
            )
            #expect(result.outcome == Self.accepted)
            #expect(result.complaint == nil)
        }
    }

    @Test("sends nothing to a server that isn't trusted, unless it may be anyone")
    func untrusted() async throws {
        let server = try certificates.server.server()
        expectDisconnected(try await send(to: server, nil), "certificate is not trusted")
        let anyone = try ClientTLS(acceptsAnyCertificate: true)
        #expect(try await send(to: server, anyone).outcome == Self.accepted)
    }

    @Test("tells an expired certificate and one for another host from others")
    func unfit() async throws {
        let tls = try ClientTLS(authorities: certificates.authority)
        expectDisconnected(
            try await send(to: certificates.expired.server(), tls),
            "certificate has expired"
        )
        expectDisconnected(
            try await send(to: certificates.elsewhere.server(), tls),
            "certificate is for another host"
        )
    }

    @Test("shows its own certificate where the server asks for one")
    func mutual() async throws {
        let server = try certificates.server.server(clientAuthority: certificates.authority)
        let own = try ClientTLS(
            authorities: certificates.authority,
            certificate: certificates.client.certificate,
            key: certificates.client.key
        )
        #expect(try await send(to: server, own).outcome == Self.accepted)
        let result = try await send(to: server, ClientTLS(authorities: certificates.authority))
        // The server says so only after the client's side of the handshake is complete.
        guard case .disconnected = result.outcome else {
            Issue.record("\(result.outcome)")
            return
        }
    }

    @Test("says that a server doesn't speak TLS")
    func plainServer() async throws {
        let tls = try ClientTLS(authorities: certificates.authority)
        let result = try await send(to: nil, tls)
        #expect(result.complaint != nil)
        guard case .disconnected = result.outcome else {
            Issue.record("\(result.outcome)")
            return
        }
    }

    @Test("gets no answer that it could take for one from a port that wants TLS")
    func plainClient() async throws {
        try await ScriptedServer.run(tls: certificates.server.server()) { _ in
            .bytes(ScriptedServer.ok)
        } _: { server, endpoint in
            try await withSender(to: endpoint) { sender in
                switch await sender.send(.logs, body: body).outcome {
                case .disconnected, .invalidResponse: break
                case let outcome: Issue.record("\(outcome)")
                }
            }
            let grpc = OTLPSender.Configuration(wireProtocol: .grpc)
            try await withSender(to: endpoint, grpc) { sender in
                guard case .disconnected = await sender.send(.logs, body: body).outcome else {
                    Issue.record("a call went through")
                    return
                }
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test("calls over TLS with the protocol negotiated, and with no other one")
    func grpc() async throws {
        let configuration = OTLPSender.Configuration(
            connections: 1,
            wireProtocol: .grpc,
            tls: try ClientTLS(authorities: certificates.authority)
        )
        try await ScriptedCallServer.run(tls: certificates.server.server()) { _ in
            .ok()
        } _: { server, port in
            let endpoint = try OTLPEndpoint("https://127.0.0.1:\(port)", wireProtocol: .grpc)
            try await withSender(to: endpoint, configuration) { sender in
                try await sender.checkConnection()
                #expect(await sender.send(.logs, body: body).outcome == Self.accepted)
            }
            #expect(server.calls.map { $0[":scheme"] } == ["https"])
        }
        let other = try certificates.server.server(protocols: ["http/1.1"])
        try await ScriptedServer.run(tls: other) { _ in
            .bytes(ScriptedServer.ok)
        } _: { _, endpoint in
            let secure = try OTLPEndpoint("https://127.0.0.1:\(endpoint.port)")
            try await withSender(to: secure, configuration) { sender in
                guard case .disconnected = await sender.send(.logs, body: body).outcome else {
                    Issue.record("a call went through")
                    return
                }
            }
        }
    }

    @Test("says which file can't be used, and why")
    func files() throws {
        func complaint(
            _ make: () throws(OTLPTransportError) -> ClientTLS
        ) -> String {
            do {
                _ = try make()
                return ""
            } catch {
                return "\(error)"
            }
        }
        let (server, client) = (certificates.server, certificates.client)
        #expect(
            complaint { () throws(OTLPTransportError) in try ClientTLS(authorities: "/no/such") }
                == "/no/such: no such file or directory"
        )
        #expect(
            complaint { () throws(OTLPTransportError) in try ClientTLS(authorities: client.key) }
                .contains("no certificate in PEM")
        )
        #expect(
            complaint { () throws(OTLPTransportError) in
                try ClientTLS(certificate: client.certificate, key: client.certificate)
            }
            .contains("no private key in PEM")
        )
        #expect(
            complaint { () throws(OTLPTransportError) in
                try ClientTLS(certificate: client.certificate, key: server.key)
            } == "\(server.key): not the key of the certificate in \(client.certificate)"
        )
        #expect(
            complaint { () throws(OTLPTransportError) in
                try ClientTLS(certificate: client.certificate)
            }
            .contains("without its key")
        )
        #expect(
            complaint { () throws(OTLPTransportError) in try ClientTLS(key: client.key) }
                .contains("without its certificate")
        )
    }
}
