import ArgumentParser
import LoadGenerator
import Logging
import ServiceLifecycle
import Synchronization
import Terminal

@main
struct LoadTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load-test",
        abstract: "Send orders to the order service on a schedule, and report how it did.",
        discussion: """
            Orders start when they are due, whether or not earlier ones have been answered, and \
            response times count from then: a service that falls behind can't hide it.

            EXAMPLES
              load-test                                 100 requests/s for a minute
              load-test --rps 500 --duration 5m         more, and longer
              load-test --arrivals poisson --seed 7     at random, the same way each time
              load-test --json > report.json            for programs

            Ctrl-C ends the load in order and still reports; pressed twice, it ends at once.
            Exit codes: 0 done, 1 failed, 2 some orders were missed or never answered, 64 usage.
            """
    )

    @Option(parsing: .unconditional, help: "Orders a second.")
    var rps = 100.0

    @Option(
        help: "How long, with a unit: 60s, 5m, 1h. (default: 60s)",
        transform: { try DurationArgument(parsing: $0) }
    )
    var duration = DurationArgument(.seconds(60))

    @Option(help: "Orders under way at the same time; more have to wait, and count as late.")
    var maxConcurrent = 200

    @Option(
        help: "How orders follow one another: uniform or poisson. (default: uniform)",
        transform: { text in
            guard let arrivals = Arrivals(rawValue: text) else {
                throw ValidationError("write uniform or poisson")
            }
            return arrivals
        }
    )
    var arrivals = Arrivals.uniform

    @Option(help: "Determines arrivals and orders: the same seed, the same load.")
    var seed: UInt64 = 1

    @Option(name: .customLong("to"), help: "Where the order service listens.")
    var target = "http://127.0.0.1:8081"

    @Flag(help: "Show no progress.")
    var quiet = false

    @Flag(help: "Report as JSON.")
    var json = false

    func validate() throws {
        do {
            _ = try load()
        } catch {
            throw ValidationError(error.description)
        }
    }

    func run() async throws {
        do {
            let configuration = try load()
            guard let report = try await report(of: OpenLoopLoad(configuration)) else {
                throw CancellationError()
            }
            let console = Console.standardOutput
            print(
                json
                    ? try ReportJSON.encode(LoadTestReport(configuration, report))
                    : report.text(width: console.width, style: console.style)
            )
            guard report.isFullyAnswered else { throw ExitCode(ExitStatus.incomplete.rawValue) }
        } catch let error where !(error is ExitCode) {
            throw ExitCode(ExitStatus.failure(of: "load-test", error).rawValue)
        }
    }

    private func load() throws(LoadError) -> LoadConfiguration {
        try LoadConfiguration(
            target: target,
            ordersPerSecond: rps,
            duration: duration.duration,
            maxConcurrent: maxConcurrent,
            arrivals: arrivals,
            seed: seed
        )
    }

    /// Runs the load in a service group, which Ctrl-C shuts down gracefully.
    private func report(of load: OpenLoopLoad) async throws -> LoadReport? {
        let result = Mutex<LoadReport?>(nil)
        let service = ClosureService {
            let report = try await ProgressReporter(quiet: quiet)
                .show({ load.progress.line }, during: load.run)
            result.withLock { $0 = report }
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)
                ],
                logger: Logger(label: "load-test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
        )
        try await Interrupts.handle(firstSignal: group.triggerGracefulShutdown) {
            try await group.run()
        }
        return result.withLock { $0 }
    }
}
