import NIOSSL
import OTLPTransport
import TestSupport

extension ScriptedServer {
    /// The same for a body that is told where to send.
    static func run<Result: Sendable>(
        tls: NIOSSLContext? = nil,
        _ script: @escaping @Sendable (_ request: Int) -> Reply,
        _ body: (ScriptedServer, OTLPEndpoint) async throws -> Result
    ) async throws -> Result {
        try await run(tls: tls, script) { (server: ScriptedServer, port: Int) in
            try await body(server, OTLPEndpoint("http://127.0.0.1:\(port)"))
        }
    }
}
