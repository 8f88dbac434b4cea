import ArgumentParser
import CorpusStore
import Foundation
import NIOPosix
import OTLP
import OTLPTransport
import Playback
import Terminal

@main
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Send a corpus to an OTLP backend, at any speed, with timestamps of now.",
        discussion: """
            Every export request is sent when it is due, however slowly the backend answers. \
            Without --to it goes to http://127.0.0.1:8080; if nothing listens there, a playback \
            backend is started for the time of the replay.

            EXAMPLES
              replay run.db                        as recorded
              replay run.db --speed 10x            ten times as fast
              replay run.db --speed max            as fast as the backend takes it
              replay run.db --to http://collector:4318 --header 'authorization=Bearer …'
              replay run.db --report report.json   keep the figures

            Ctrl-C ends the replay in order and still reports; pressed twice, it ends at once.
            Exit codes: 0 done, 1 failed, 2 not all was accepted, 64 usage.
            """
    )

    @Argument(help: "The corpus to replay.")
    var corpus: String

    @Option(help: "The backend. (default: http://127.0.0.1:8080, started here if need be)")
    var to: String?

    @Option(
        parsing: .unconditional,
        help: "How fast: 10x, 0.5x or max. (default: 1x)",
        transform: { try PlaybackSpeed(parsing: $0) }
    )
    var speed = PlaybackSpeed.scaled(.recorded)

    @Option(help: "shift: traces move whole; scale: durations shrink too; keep: as recorded.")
    var timestamps = TimestampMode.shift

    @Option(help: "Export requests under way at the same time; past it the replay is late.")
    var maxInFlight = 256

    @Option(help: "Connections to the backend.")
    var connections = 16

    @Option(
        help: "How long a request is retried; 0s turns retrying off. (default: 30s)",
        transform: { try DurationArgument(parsing: $0, allowingZero: true) }
    )
    var retryFor = DurationArgument(.seconds(30))

    @Option(name: .customLong("header"), help: "A header to send along, as name=value.")
    var headers: [HeaderOption] = []

    @Option(help: "none or gzip.")
    var compression = OTLPSender.Compression.none

    @Option(help: "When to start, as 2026-01-31T12:00:00Z. (default: now)")
    var startAt: StartTime?

    @Option(help: "Write the report as JSON to a file.")
    var report: String?

    @Flag(help: "Show no progress.")
    var quiet = false

    @Flag(help: "Report as JSON.")
    var json = false

    func validate() throws {
        guard (1...100_000).contains(maxInFlight) else {
            throw ValidationError("--max-in-flight takes 1 to 100000")
        }
        guard (1...10_000).contains(connections) else {
            throw ValidationError("--connections takes 1 to 10000")
        }
        do {
            if let to { _ = try OTLPEndpoint(to) }
            for header in headers { _ = try header.header }
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() async throws {
        do {
            let report = try await replay()
            if let path = self.report {
                try Data(ReportJSON.encode(report).utf8).write(to: URL(fileURLWithPath: path))
            }
            let console = Console.standardOutput
            print(
                json
                    ? try ReportJSON.encode(report)
                    : report.text(width: console.width, style: console.style)
            )
            guard report.complete else { throw ExitCode(ExitStatus.incomplete.rawValue) }
        } catch let error where !(error is ExitCode) {
            throw ExitCode(ExitStatus.failure(of: "replay", error).rawValue)
        }
    }

    private func replay() async throws -> ReplayReport {
        let reader = try CorpusReader(path: corpus)
        let clock = WallClock()
        let target = try await BackendTarget(url: to, clock: clock)
        let eventLoops = MultiThreadedEventLoopGroup.singleton
        return try await target.withBackend { endpoint in
            let sender = OTLPSender(
                endpoint: endpoint,
                configuration: .init(
                    connections: connections,
                    headers: try headers.map { try $0.header },
                    compression: compression
                ),
                eventLoopGroup: eventLoops
            )
            let player = try Player(
                reader,
                to: sender,
                configuration: ReplayConfiguration(
                    speed: speed,
                    timestamps: timestamps,
                    maximumInFlight: maxInFlight,
                    retryFor: retryFor.duration,
                    startAt: startAt?.timestamp
                ),
                clock: EventLoopClock(eventLoop: eventLoops.next()),
                wallClock: clock
            )
            let report = try await Interrupts.handle(firstSignal: player.stop) {
                try await ProgressReporter(quiet: quiet)
                    .show({ player.progress.line }, during: player.run)
            }
            await sender.close()
            return report
        }
    }
}
