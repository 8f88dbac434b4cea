import ArgumentParser
import OTLPTransport
import Recording
import ServerOptions
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

    @OptionGroup var access: AccessOptions

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
        guard maxConnections > 0 else {
            throw ValidationError("--max-connections \(maxConnections) lets nobody in")
        }
    }

    /// What they come to, for the addresses given.
    func reception(http: ListenAddress?, grpc: ListenAddress?) throws -> Reception {
        Reception(
            http: http.map { .init(host: $0.host, port: $0.port) },
            grpc: grpc.map { .init(host: $0.host, port: $0.port) },
            tls: try access.tls,
            token: try access.bearerToken,
            forward: forward,
            limits: .init(bodyBytes: maxBody.bytes, heldBytes: max(256 << 20, 4 * maxBody.bytes)),
            connections: maxConnections,
            idleTimeout: idleTimeout.duration
        )
    }
}
