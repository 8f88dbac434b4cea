import OTLP
import OTLPTransport
import TestSupport
import Testing

@Suite("OTLP endpoint")
struct OTLPEndpointTests {
    @Test(
        "parses hosts, ports and base paths",
        arguments: [
            ("http://localhost", "localhost", 4318, ""),
            ("HTTP://10.0.0.1:8080", "10.0.0.1", 8080, ""),
            ("http://otel-collector.obs_1.svc:65535/", "otel-collector.obs_1.svc", 65535, ""),
            ("http://a/otlp/", "a", 4318, "/otlp"),
            ("http://[::1]:1/x/y", "::1", 1, "/x/y"),
            ("http://[fe80::1]", "fe80::1", 4318, ""),
            ("https://api.example.com", "api.example.com", 443, ""),
            ("HTTPS://a:8443/otlp", "a", 8443, "/otlp"),
        ]
    )
    func parses(text: String, host: String, port: Int, basePath: String) throws {
        let endpoint = try OTLPEndpoint(text)
        #expect(endpoint.host == host)
        #expect(endpoint.port == port)
        #expect(endpoint.path(for: .logs) == basePath + "/v1/logs")
        #expect(try OTLPEndpoint("\(endpoint)") == endpoint)
    }

    @Test(
        "says what is wrong with the text",
        arguments: [
            ("localhost:4318", OTLPTransportError.EndpointFault.missingScheme),
            ("", .missingScheme),
            ("://a", .missingScheme),
            ("grpc://a", .unsupportedScheme("grpc")),
            ("http://", .emptyHost),
            ("http://:80", .emptyHost),
            ("http://[]:80", .emptyHost),
            ("http://a b", .invalidHost("a b")),
            ("http://::1:80", .invalidHost("::1")),
            ("http://[::1", .invalidHost("[::1")),
            ("http://[::1]80", .invalidHost("[::1]80")),
            ("http://[a]", .invalidHost("[a]")),
            ("http://a:0", .invalidPort("0")),
            ("http://a:65536", .invalidPort("65536")),
            ("http://a:", .invalidPort("")),
            ("http://a:-1", .invalidPort("-1")),
            ("http://a:99999999999999999999", .invalidPort("99999999999999999999")),
            ("http://a/b?c", .invalidPath("/b?c")),
            ("http://a/b\r\nX: y", .invalidPath("/b  X: y")),
        ]
    )
    func rejects(text: String, fault: OTLPTransportError.EndpointFault) {
        #expect {
            _ = try OTLPEndpoint(text)
        } throws: { error in
            guard case OTLPTransportError.invalidEndpoint(_, fault) = error else { return false }
            return !"\(error)".contains("\n")
        }
    }

    @Test("tells HTTP from HTTPS, gRPC's port from HTTP's, and a base from a whole path")
    func forms() throws {
        #expect(try OTLPEndpoint("https://a").isSecure)
        #expect(try !OTLPEndpoint("http://a").isSecure)
        #expect(try OTLPEndpoint("http://a/", wireProtocol: .grpc).port == 4317)
        #expect(throws: OTLPTransportError.invalidEndpoint("http://a/b", .pathWithGRPC("/b"))) {
            try OTLPEndpoint("http://a/b", wireProtocol: .grpc)
        }
        let own = try OTLPEndpoint("http://a/b/", scope: .oneSignal)
        #expect(own.path(for: .logs) == "/b/")
        #expect(try OTLPEndpoint("http://a", scope: .oneSignal).path(for: .logs) == "/")
    }

    @Test("never repeats credentials")
    func credentials() {
        #expect {
            _ = try OTLPEndpoint("http://me:secret@a")
        } throws: { error in
            !"\(error) \(String(reflecting: error))".contains("secret")
        }
    }

    @Test("knows whether somebody listens")
    func listening() async throws {
        let endpoint = try await ScriptedServer.run { _ in
            .close
        } _: { _, endpoint in
            #expect(await endpoint.isListening())
            return endpoint
        }
        #expect(await !endpoint.isListening())
    }
}
