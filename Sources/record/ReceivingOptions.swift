import ArgumentParser
import Foundation
import OTLPTransport
import Recording
import Terminal

/// Who may send to `--listen` and `--grpc-listen`, and how much.
struct ReceivingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Pass everything on to this backend while recording what it accepts.",
            valueName: "url"
        ),
        transform: { try OTLPEndpoint($0) }
    )
    var forward: OTLPEndpoint?

    @Option(help: "The server's certificate chain, a file in PEM: receive with TLS.")
    var tlsCert: String?

    @Option(help: "The certificate's key, a file in PEM.")
    var tlsKey: String?

    @Option(help: "Take clients with a certificate of these roots alone, a file in PEM.")
    var tlsClientCa: String?

    @Option(
        help: ArgumentHelp(
            """
            Take clients alone that send this as bearer token; better kept from other users' eyes \
            by --token-file or the environment variable \(BearerToken.environmentName).
            """,
            valueName: "text"
        )
    )
    var token: String?

    @Option(help: "The file with that token.")
    var tokenFile: String?

    @Option(
        help: "The largest body, inflated: 64MiB, 100MB.",
        transform: { try SizeArgument(parsing: $0) }
    )
    var maxBody = SizeArgument(64 << 20)

    @Option(help: "Connections at the same time, of each address.")
    var maxConnections = 1_024

    @Option(
        help: "How long a connection may stay without a request.",
        transform: { try DurationArgument(parsing: $0) }
    )
    var idleTimeout = DurationArgument(.seconds(120))

    func validate() throws {
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key go together")
        }
        guard tlsClientCa == nil || tlsCert != nil else {
            throw ValidationError("--tls-client-ca needs --tls-cert and --tls-key")
        }
        guard token == nil || tokenFile == nil else {
            throw ValidationError("--token and --token-file exclude each other")
        }
        guard maxConnections > 0 else {
            throw ValidationError("--max-connections \(maxConnections) lets nobody in")
        }
    }

    /// What they come to, for the addresses given.
    func reception(http: ListenAddress?, grpc: ListenAddress?) throws -> Reception {
        var tls: ServerTLS?
        if let tlsCert, let tlsKey {
            tls = try ServerTLS(
                certificatePath: tlsCert,
                keyPath: tlsKey,
                clientAuthorityPath: tlsClientCa
            )
        }
        return Reception(
            http: http.map { .init(host: $0.host, port: $0.port) },
            grpc: grpc.map { .init(host: $0.host, port: $0.port) },
            tls: tls,
            token: try BearerToken.given(
                text: token,
                file: tokenFile,
                environment: ProcessInfo.processInfo.environment
            ),
            forward: forward,
            limits: .init(bodyBytes: maxBody.bytes, heldBytes: max(256 << 20, 4 * maxBody.bytes)),
            connections: maxConnections,
            idleTimeout: idleTimeout.duration
        )
    }
}
