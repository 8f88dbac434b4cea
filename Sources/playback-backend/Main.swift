import ArgumentParser
import CorpusStore
import Logging
import OTLP
import OTLPTransport
import PlaybackBackend
import ServerOptions
import ServiceLifecycle
import Terminal

@main
struct PlaybackBackendProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "playback-backend",
        abstract: "Receive OTLP over HTTP and gRPC and keep it in a corpus.",
        discussion: """
            Takes POST /v1/traces, /v1/metrics and /v1/logs, in protobuf or JSON, and with \
            --grpc-port the same by gRPC; answers GET /health and GET /api/stats.

            EXAMPLES
              playback-backend                        keep nothing past the end
              playback-backend --store received.db    keep what comes in

            Ctrl-C answers what is under way, completes the corpus and ends.
            Exit codes: 0 done, 1 failed, 64 usage.
            """
    )

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port for OTLP over HTTP; 0 picks a free one.")
    var port = 8080

    @Option(help: "The port for OTLP over gRPC, usually 4317; 0 picks a free one. (default: none)")
    var grpcPort: Int?

    @OptionGroup var access: AccessOptions

    @Option(help: "The corpus to make. (default: a temporary file, deleted at the end)")
    var store: String?

    @Flag(help: "Replace the corpus if it exists.")
    var force = false

    @Flag(help: "Say nothing but errors.")
    var quiet = false

    func validate() throws {
        for port in [port, grpcPort ?? 0] where !(0...65_535).contains(port) {
            throw ValidationError("port \(port) is not between 0 and 65535")
        }
    }

    func run() async throws {
        let console = Console.standardError
        let logger = Logger(label: "playback-backend") { _ in SwiftLogNoOpLogHandler() }
        do {
            // Making the backend replaces the file that --force allows it to.
            for port in [port, grpcPort ?? 0] {
                try await OTLPEndpoint.requireUnused(host: host, port: port)
            }
            let tls = try access.tls
            let scheme = tls == nil ? "http" : "https"
            let backend = try PlaybackBackend(
                configuration: .init(
                    host: host,
                    port: port,
                    grpcPort: grpcPort,
                    tls: tls,
                    token: try access.bearerToken,
                    store: store,
                    replacesExisting: force
                ),
                clock: WallClock(),
                logger: logger,
                onListening: { [quiet, host, store] port in
                    guard !quiet else { return }
                    let place = store.map { "in \($0)" } ?? "until it ends"
                    let authority = OTLPEndpoint.authority(host: host, port: port)
                    console.write(
                        "Listening on \(scheme)://\(authority), keeping telemetry \(place)\n"
                    )
                },
                onListeningForGRPC: { [quiet, host] port in
                    guard !quiet else { return }
                    let authority = OTLPEndpoint.authority(host: host, port: port)
                    console.write("Listening on \(authority) for gRPC\n")
                }
            )
            let group = ServiceGroup(services: [backend], logger: logger)
            try await Interrupts.handle(firstSignal: group.triggerGracefulShutdown) {
                try await group.run()
            }
            guard !quiet else { return }
            let totals = backend.totals
            console.write(
                "Kept \(Quantity.count(totals.items)) items in \(Quantity.count(totals.requests)) "
                    + "export requests, \(Quantity.bytes(totals.payloadBytes))\n"
            )
        } catch {
            throw ExitCode(ExitStatus.failure(of: "playback-backend", error).rawValue)
        }
    }
}
