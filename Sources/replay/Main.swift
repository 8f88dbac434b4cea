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
            Without --to it goes to http://127.0.0.1:8080, by gRPC to http://127.0.0.1:4317; if \
            nothing listens there, a playback backend is started for the time of the replay. \
            OTEL_EXPORTER_OTLP_* variables stand in for the options that are not given.

            EXAMPLES
              replay run.db                        as recorded
              replay run.db --speed 10x            ten times as fast
              replay run.db --speed max            as fast as the backend takes it
              replay run.db --dry-run              say what would be sent
              replay run.db --to http://collector:4318 --header 'authorization=Bearer …'
              replay run.db --to http://collector:4317 --protocol grpc
              replay run.db --to https://collector:4318 --ca ca.pem --cert me.pem --key me.key
              replay run.db --report report.html   a page to look at; .json for programs
              replay run.db --repeat 5 --warm-up 1 a benchmark of five runs

            On a terminal, the space bar halts the replay and has it go on, + and - double and \
            halve its speed, q ends it; timestamps stay those of the schedule as it was planned.
            Ctrl-C ends the replay in order and still reports; pressed twice, it ends at once.
            Exit codes: 0 done, 1 failed, 2 not all was accepted, 64 usage.
            """
    )

    @Argument(help: "The corpus to replay.")
    var corpus: String

    @Option(
        parsing: .unconditional,
        help: "How fast: 10x, 0.5x or max. (default: 1x)",
        transform: { try PlaybackSpeed(parsing: $0) }
    )
    var speed = PlaybackSpeed.scaled(.recorded)

    @Option(help: "shift: traces move whole; scale: durations shrink too; keep: as recorded.")
    var timestamps = TimestampMode.shift

    @Option(help: "Trace and span ids: keep, or fresh ones.")
    var ids = ReplayConfiguration.Identifiers.keep

    @Option(help: "The same seed gives the same fresh ids.")
    var idSeed: UInt64 = 0

    @OptionGroup(title: "Selection")
    var selection: ReplaySelectionOptions

    @OptionGroup(title: "Repetition")
    var repetition: RepetitionOptions

    @OptionGroup(title: "Backend")
    var target: TargetOptions

    @OptionGroup(title: "Sending")
    var sending: SendingOptions

    @Option(help: "When to start, as 2026-01-31T12:00:00Z. (default: now)")
    var startAt: StartTime?

    @Flag(help: "Leave out what is damaged, and report it, rather than fail.")
    var skipCorrupt = false

    @Flag(help: "Say what would be sent, and when, without sending anything.")
    var dryRun = false

    @Option(help: "Write the report to a file: a page if it ends in .html, or else JSON.")
    var report: String?

    @Flag(help: "Show no progress.")
    var quiet = false

    @Flag(help: "Report as JSON.")
    var json = false

    func validate() throws {
        do {
            try target.requireEndpoints(of: selection.signals)
            if let startAt { try Player.check(start: startAt.timestamp, now: WallClock().now) }
        } catch {
            throw ValidationError("\(error)")
        }
        guard startAt == nil || repetition.runs + repetition.warmUp == 1 else {
            throw ValidationError("--start-at is for one run; leave --repeat and --warm-up away")
        }
        let sendsPoints = selection.signals.contains(.metrics) && selection.traces == nil
        guard timestamps != .keep || repetition.loop == 1 || !sendsPoints else {
            throw ValidationError(
                "--timestamps keep with --loop would send every metric point again for the same "
                    + "time; choose shift or scale, or leave metrics away: --signals traces,logs"
            )
        }
    }

    func run() async throws {
        do {
            let reader = try CorpusReader(path: corpus)
            guard !dryRun else { return try await predict(reader) }
            let reports = try await replay(reader)
            try write(reports)
            if let error = reports.runs.compactMap(\.error).first {
                Console.standardError.write("replay: \(error)\n")
                throw ExitCode(ExitStatus.failed.rawValue)
            }
            guard reports.runs.allSatisfy(\.complete) else {
                throw ExitCode(ExitStatus.incomplete.rawValue)
            }
        } catch let error where !(error is ExitCode) {
            throw ExitCode(ExitStatus.failure(of: "replay", error).rawValue)
        }
    }

    private func replay(_ reader: CorpusReader) async throws -> RepeatedReplay {
        let clock = WallClock()
        let target = try await BackendTarget(
            target,
            signals: selection.signals,
            connections: sending.connections,
            clock: clock
        )
        return try await target.withBackend { destinations in
            let (stops, stop) = StopRelay.make()
            return try await Interrupts.handle(firstSignal: stop) {
                try await Keyboard.handle({ stops.press($0) }) {
                    try await repeatedly(reader, to: destinations, clock, stops)
                }
            }
        }
    }

    private func repeatedly(
        _ reader: CorpusReader,
        to destinations: ReplayDestinations,
        _ clock: WallClock,
        _ stops: StopRelay
    ) async throws -> RepeatedReplay {
        try await repetition.repetition.run(isStopped: { stops.isStopped }) { run in
            try await sending.withLanes(to: destinations, at: speed) { lanes in
                try await play(reader, lanes, clock, run, stops)
            }
        }
    }

    private func play(
        _ reader: CorpusReader,
        _ lanes: SendingLanes,
        _ clock: WallClock,
        _ run: Repetition.Run,
        _ stops: StopRelay
    ) async throws -> ReplayReport {
        let player = try Player(
            reader,
            to: lanes,
            configuration: playConfiguration,
            wallClock: clock
        )
        stops.set(player)
        return try await ProgressReporter(quiet: quiet)
            .show({ run.prefix + player.progress.line }, during: player.run)
    }

    private var playConfiguration: ReplayConfiguration {
        ReplayConfiguration(
            speed: speed,
            timestamps: timestamps,
            identifiers: ids,
            identifierSeed: idSeed,
            laps: repetition.loop,
            selection: selection.selection,
            maximumInFlight: sending.maxInFlight,
            retryFor: sending.retryFor.duration,
            startAt: startAt?.timestamp,
            skipsDamagedBlocks: skipCorrupt
        )
    }
}

extension Replay {
    private func predict(_ reader: CorpusReader) async throws {
        let connections = sending.connections
        let destinations =
            try target.destinations(connections: connections)
            ?? target.destinations(at: target.usualBackend.endpoint, connections: connections)
        let prediction = try await sending.withLanes(to: destinations, at: speed) { lanes in
            try Player(reader, to: lanes, configuration: playConfiguration, wallClock: WallClock())
                .prediction
        }
        let console = Console.standardOutput
        print(
            json
                ? try ReportJSON.encode(prediction)
                : prediction.text(width: console.width, style: console.style)
        )
    }

    /// A single run is reported as itself, several with what they have in common.
    private func write(_ reports: RepeatedReplay) throws {
        let single = reports.runs.count == 1 ? reports.runs.first : nil
        let encoded = try single.map(ReportJSON.encode) ?? ReportJSON.encode(reports)
        if let path = report {
            let isPage = path.hasSuffix(".html") || path.hasSuffix(".htm")
            let text = isPage ? ReplayPage(reports).html : encoded
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        guard !json else { return print(encoded) }
        let console = Console.standardOutput
        let (width, style) = (console.width, console.style)
        print(
            single?.text(width: width, style: style) ?? reports.text(width: width, style: style)
        )
    }
}
