import ArgumentParser
import CorpusEditing
import CorpusStore
import Terminal

struct Merge: AsyncParsableCommand {
    /// How corpora lie on one clock.
    enum Alignment: String, CaseIterable, ExpressibleByArgument {
        case start, wall
    }

    static let configuration = CommandConfiguration(
        abstract: "Join corpora that lie side by side.",
        discussion: """
            The requests of all, in the order of their arrival on one clock. With --align wall each \
            keeps its times; with --align start all begin together, at the first one's start: the \
            others' arrivals and timestamps move by a constant.

            EXAMPLES
              corpus-tool merge host-1.db host-2.db --out both.db
              corpus-tool merge monday.db tuesday.db --align start --out busy-day.db

            Exit codes: 0 done, 1 failed, 64 usage.
            """
    )

    @Argument(help: "The corpora to join.")
    var corpora: [String]

    @Option(help: "wall (as recorded) or start (all begin together).")
    var align = Alignment.wall

    @OptionGroup var output: OutputOptions
    @OptionGroup var reporting: ReportingOptions

    func run() async throws {
        let join = CorpusJoin(align == .wall ? .wall : .start)
        let totals = try await reporting.join(corpora, join, "merging", output)
        try reporting.show(NewCorpusReport("Merged", inputs: corpora, corpus: output.out, totals))
    }
}

extension ReportingOptions {
    /// Joins corpora into the one that the options name.
    func join(
        _ corpora: [String],
        _ join: CorpusJoin,
        _ verb: String,
        _ output: OutputOptions
    ) async throws -> CorpusTotals {
        try await work(verb) { progress in
            let readers = try corpora.map { try CorpusReader(path: $0) }
            return try await join.run(
                readers,
                into: output.corpus(
                    madeOf: corpora,
                    index: readers.first?.recording.index ?? .all
                ),
                progress: progress
            )
        }
    }
}
