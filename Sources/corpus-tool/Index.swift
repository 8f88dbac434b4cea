import ArgumentParser
import CorpusEditing
import CorpusStore
import Terminal

struct Index: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Build the tables of a corpus's items, or drop them.",
        discussion: """
            Spans, metric points and log records have rows to query only in a corpus that was \
            recorded so. The new corpus has the rows that --index asks for (all, unless told \
            otherwise); none makes the smallest file.

            EXAMPLES
              corpus-tool index run.db --out queryable.db
              corpus-tool index run.db --index none --out small.db

            Exit codes: 0 done, 1 failed, 64 usage.
            """
    )

    @Argument(help: "The corpus to copy.")
    var corpus: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var reporting: ReportingOptions

    func run() async throws {
        let (path, output) = (corpus, output)
        let totals = try await reporting.work("indexing \(path)") { progress in
            try await CorpusCopy.run(
                try CorpusReader(path: path),
                into: output.corpus(madeOf: [path]),
                progress: progress
            )
        }
        try reporting.show(
            NewCorpusReport("Indexed", inputs: [corpus], corpus: output.out, totals)
        )
    }
}
