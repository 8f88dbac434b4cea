import ArgumentParser
import CorpusStore
import LoadGenerator
import OTLP
import OTLPTransport
import Recording
import Terminal

@main
struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record telemetry into a corpus that can be replayed.",
        discussion: """
            Without --listen it runs the order service under load and records its spans, metric \
            points and log records. With --listen or --grpc-listen and no --rps it records \
            whatever OTLP clients send there.

            EXAMPLES
              record                                     100 orders/s for a minute, into run.db
              record --rps 500 --duration 5m --out big.db
              record --listen 127.0.0.1:4318 --out app.db    your own application, until Ctrl-C
              record --listen 0.0.0.0:4318 --grpc-listen 0.0.0.0:4317 --tls-cert server.pem \
                --tls-key key.pem --token-file token         others' applications, by HTTP and gRPC
              record --listen 127.0.0.1:4318 --forward http://backend:4318    on the way to another
              record --json > report.json                for programs

            Ctrl-C ends the recording in order: what was recorded until then is a complete corpus. \
            Pressed twice, it ends at once, and nothing that was acknowledged is lost.
            Exit codes: 0 done or ended by Ctrl-C, 1 failed, 2 something was not recorded, 64 usage, \
            130 ended at once.
            """
    )

    @Option(
        parsing: .unconditional,
        help: "Orders a second. (default: 100, or no order service when listening)"
    )
    var rps: Double?

    @Option(
        help: "How long, with a unit: 60s, 5m, 1h. (default: 60s, or until Ctrl-C when listening)",
        transform: { try DurationArgument(parsing: $0) }
    )
    var duration: DurationArgument?

    @Option(help: "The corpus to make.")
    var out = "run.db"

    @Flag(help: "Replace the corpus if it exists.")
    var force = false

    @Option(help: "Orders under way at the same time; more have to wait, and count as late.")
    var maxConcurrent = 200

    @Option(help: "The share of orders that fail, from 0 to 1.")
    var failureRate = 0.1

    @Option(help: "How orders follow one another: uniform or poisson.")
    var arrivals = Arrivals.uniform

    @Option(help: "Determines arrivals, orders and failures: the same seed, the same load.")
    var seed: UInt64 = 1

    @Option(help: "The order service's port.")
    var port = 8081

    @Option(help: "What simulated waiting is multiplied by; 0 takes it out.")
    var timeScale = 1.0

    @Option(help: "per-measurement or aggregated.")
    var metrics = MetricsOption.perMeasurement

    @Option(
        help: "With --metrics aggregated, how often points are exported. (default: 10s)",
        transform: { try DurationArgument(parsing: $0) }
    )
    var metricInterval = DurationArgument(.seconds(10))

    @Option(help: "Receive OTLP/HTTP from other programs at HOST:PORT; port 0 picks a free one.")
    var listen: ListenAddress?

    @Option(help: "Receive OTLP/gRPC from other programs at HOST:PORT; port 0 picks a free one.")
    var grpcListen: ListenAddress?

    @OptionGroup(title: "Receiving from other programs")
    var receiving: ReceivingOptions

    @Option(help: "Items to keep in tables for queries: all, spans or none.")
    var index = ItemIndex.all

    @Flag(help: "Show no progress, nor where to send to.")
    var quiet = false

    @Flag(help: "Report as JSON.")
    var json = false

    func validate() throws {
        guard receiving.forward == nil || listen != nil || grpcListen != nil else {
            throw ValidationError("--forward needs --listen or --grpc-listen")
        }
        guard (0...65_535).contains(port) else {
            throw ValidationError("port \(port) is not between 0 and 65535")
        }
        guard (0...1).contains(failureRate) else {
            throw ValidationError("failure rate \(failureRate) is not between 0 and 1")
        }
        guard (0...1_000).contains(timeScale) else {
            throw ValidationError("time scale \(timeScale) is not between 0 and 1000")
        }
        do {
            _ = try load()
        } catch {
            throw ValidationError(error.description)
        }
    }

    func run() async throws {
        do {
            let errors = Console.standardError
            let tell: @Sendable (String) -> Void = { line in
                // Over the line of progress, which is shown again below.
                errors.write("\(errors.isTerminal ? "\r\u{1B}[K" : "")record: \(line)\n")
            }
            let recorder = Recorder(
                try recording(),
                clock: WallClock(),
                onListening: { [quiet] line in if !quiet { tell(line) } },
                onNotice: tell
            )
            let report = try await Interrupts.handle(firstSignal: recorder.stop) {
                try await ProgressReporter(quiet: quiet)
                    .show({ recorder.progressLine }, during: recorder.run)
            }
            let console = Console.standardOutput
            print(
                json
                    ? try ReportJSON.encode(report)
                    : report.text(width: console.width, style: console.style)
            )
            guard report.isWhole else { throw ExitCode(ExitStatus.incomplete.rawValue) }
        } catch let error where !(error is ExitCode) {
            throw ExitCode(ExitStatus.failure(of: "record", error).rawValue)
        }
    }

    private func load() throws(LoadError) -> LoadConfiguration {
        try LoadConfiguration(
            ordersPerSecond: rps ?? 100,
            duration: duration?.duration ?? .seconds(60),
            maxConcurrent: maxConcurrent,
            arrivals: arrivals,
            seed: seed
        )
    }

    private func recording() throws -> RecordingConfiguration {
        let runsOrders = rps != nil || (listen == nil && grpcListen == nil)
        let orders = RecordingConfiguration.Orders(
            load: try load(),
            port: port,
            failureRate: failureRate,
            timeScale: timeScale,
            metricInterval: metrics == .aggregated ? metricInterval.duration : nil
        )
        return RecordingConfiguration(
            corpus: CorpusWriter.Configuration(
                path: out,
                replacesExisting: force,
                settings: runsOrders ? orders.settings : ["recorder": .text(listener)],
                index: index
            ),
            orders: runsOrders ? orders : nil,
            reception: try receiving.reception(http: listen, grpc: grpcListen),
            duration: duration?.duration
        )
    }

    private var listener: String {
        [(listen, "--listen"), (grpcListen, "--grpc-listen")]
            .reduce("record") { $1.0 == nil ? $0 : "\($0) \($1.1)" }
    }
}
