import ArgumentParser
import CorpusEditing
import CorpusOptions
import CorpusStore
import Terminal

struct Cut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a corpus of a part of another.",
        discussion: """
            Requests are copied byte for byte; of one that several services are in, --service keeps \
            that service's resources, --traces-with the spans and log records of those traces, \
            none of which is split.

            EXAMPLES
              corpus-tool cut run.db --from 10s --until 20s --out middle.db
              corpus-tool cut run.db --signals traces --service cart --out cart.db
              corpus-tool cut run.db --traces-with error,min-duration=250ms --out slow-errors.db

            Exit codes: 0 done, 1 failed, 64 usage.
            """
    )

    @Argument(help: "The corpus to cut from.")
    var corpus: String

    @OptionGroup var selection: SelectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reporting: ReportingOptions

    func run() async throws {
        let (path, cut, output) = (corpus, CorpusCut(selection.selection), output)
        let totals = try await reporting.work("cutting \(path)") { progress in
            let reader = try CorpusReader(path: path)
            return try await cut.run(
                reader,
                into: output.corpus(madeOf: [path], index: reader.recording.index),
                progress: progress
            )
        }
        try reporting.show(NewCorpusReport("Cut", inputs: [corpus], corpus: output.out, totals))
    }
}
