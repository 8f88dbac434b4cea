import ArgumentParser
import CorpusEditing
import CorpusStore
import Terminal

struct Concat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Join corpora one after another.",
        discussion: """
            Each begins where the recording before it ended, the gaps at the beginning, at the end \
            and between its requests kept: the arrivals and timestamps of all but the first move by \
            a constant. Parts that were cut from one recording fit without moving.

            EXAMPLES
              corpus-tool concat warm-up.db peak.db --out test.db

            Exit codes: 0 done, 1 failed, 64 usage.
            """
    )

    @Argument(help: "The corpora to join, in their order.")
    var corpora: [String]

    @OptionGroup var output: OutputOptions
    @OptionGroup var reporting: ReportingOptions

    func run() async throws {
        let join = CorpusJoin(.sequence)
        let totals = try await reporting.join(corpora, join, "joining", output)
        try reporting.show(NewCorpusReport("Joined", inputs: corpora, corpus: output.out, totals))
    }
}
