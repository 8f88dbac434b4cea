import ArgumentParser
import CorpusStore
import OTLP
import Playback
import Terminal

/// Which part of the corpus to replay.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: "Signals to send. (default: traces,metrics,logs)",
        transform: { try Set(parsing: $0) }
    )
    var signals = Set(Signal.allCases)

    @Option(
        help: "Where to begin, since the recording's first request. (default: 0s)",
        transform: { try DurationArgument(parsing: $0, allowingZero: true) }
    )
    var from = DurationArgument(.zero)

    @Option(
        help: "Where to end, since the recording's first request. (default: its end)",
        transform: { try DurationArgument(parsing: $0) }
    )
    var until: DurationArgument?

    @Option(
        help: """
            Send only every N-th request, as 0/N … (N−1)/N: N replayers together send all. With \
            --traces-with every N-th trace, whole.
            """,
        transform: { try Shard(parsing: $0) }
    )
    var shard: Shard?

    @Option(help: "Send only the resources of the service of this name.")
    var service: String?

    @Option(
        help: """
            Send only whole traces, with their log records, that meet all conditions: service=NAME \
            (a span of that service), error (a span with that status), min-duration=250ms. With \
            --from and --until: those that begin in between, to their end. Metrics and log records \
            outside any trace are left out.
            """,
        transform: {
            try TraceFilter(parsing: $0, duration: DurationArgument.nanoseconds(parsing:))
        }
    )
    var tracesWith: TraceFilter?

    func validate() throws {
        if let until, until.duration <= from.duration {
            throw ValidationError("--until must lie after --from")
        }
        guard tracesWith == nil || service == nil else {
            throw ValidationError(
                "--traces-with sends traces whole, --service parts of them; give one of the two "
                    + "(traces with a span of a service: --traces-with service=NAME)"
            )
        }
    }

    var selection: ReplaySelection {
        ReplaySelection(
            RequestSelection(
                signals: signals,
                from: from.duration,
                until: until?.duration,
                service: service,
                traces: tracesWith
            ),
            shard: shard
        )
    }
}

/// How often to replay.
struct RepetitionOptions: ParsableArguments {
    @Option(help: "Laps, played end to end, with fresh ids from the second on.")
    var loop = 1

    @Option(name: .customLong("repeat"), help: "Measured runs, one after the other.")
    var runs = 1

    @Option(help: "Runs before those that are measured.")
    var warmUp = 0

    @Option(
        help: "Rest between runs. (default: 5s)",
        transform: { try DurationArgument(parsing: $0, allowingZero: true) }
    )
    var coolDown = DurationArgument(.seconds(5))

    func validate() throws {
        guard (1...1_000_000).contains(loop) else {
            throw ValidationError("--loop takes 1 to 1000000")
        }
        guard (1...1_000).contains(runs), (0...1_000).contains(warmUp) else {
            throw ValidationError("--repeat takes 1 to 1000, --warm-up 0 to 1000")
        }
    }

    var repetition: Repetition {
        Repetition(runs: runs, warmUps: warmUp, coolDown: coolDown.duration)
    }
}
