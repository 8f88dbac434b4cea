public import ArgumentParser
public import CorpusStore
import OTLP
import Terminal

/// Which part of a corpus is meant: the options that programs share which take a part of one.
public struct SelectionOptions: ParsableArguments, Sendable {
    @Option(
        help: "Signals to take. (default: traces,metrics,logs)",
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

    @Option(help: "Take only the resources of the service of this name.")
    var service: String?

    @Option(
        help: """
            Take only whole traces, with their log records, that meet all conditions: service=NAME \
            (a span of that service), error (a span with that status), min-duration=250ms. With \
            --from and --until: those that begin in between, to their end. Metrics and log records \
            outside any trace are left out.
            """,
        transform: {
            try TraceFilter(parsing: $0, duration: DurationArgument.nanoseconds(parsing:))
        }
    )
    var tracesWith: TraceFilter?

    /// The whole corpus.
    public init() {}

    /// Refuses an end before the beginning.
    public func validate() throws {
        if let until, until.duration <= from.duration {
            throw ValidationError("--until must lie after --from")
        }
    }

    /// What they come to.
    public var selection: RequestSelection {
        RequestSelection(
            signals: signals,
            from: from.duration,
            until: until?.duration,
            service: service,
            traces: tracesWith
        )
    }
}
