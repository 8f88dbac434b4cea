import ArgumentParser
import CorpusOptions
import CorpusStore
import OTLP
import Playback

/// Which part of the corpus to replay.
struct ReplaySelectionOptions: ParsableArguments {
    @OptionGroup var part: SelectionOptions

    @Option(
        help: """
            Send only every N-th request, as 0/N … (N−1)/N: N replayers together send all. With \
            --traces-with every N-th trace, whole.
            """,
        transform: { try Shard(parsing: $0) }
    )
    var shard: Shard?

    func validate() throws {
        guard traces == nil || part.selection.service == nil else {
            throw ValidationError(
                "--traces-with sends traces whole, --service parts of them; give one of the two "
                    + "(traces with a span of a service: --traces-with service=NAME)"
            )
        }
    }

    var signals: Set<Signal> { part.selection.signals }
    var traces: TraceFilter? { part.selection.traces }

    var selection: ReplaySelection { ReplaySelection(part.selection, shard: shard) }
}
