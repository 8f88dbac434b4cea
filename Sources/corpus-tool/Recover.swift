import ArgumentParser
import CorpusEditing
import CorpusStore
import Terminal

struct Recover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Save what still verifies out of a damaged corpus.",
        discussion: """
            The pages of the file, and of the write-ahead log beside it, are read one by one, so it \
            need not be one that SQLite opens. Every export request that matches a checksum goes \
            into a new corpus, in order; what is lost is listed by number, signal and time.

            EXAMPLES
              corpus-tool recover damaged.db --out saved.db

            Exit codes: 0 nothing is lost, 1 failed or nothing can be saved, 2 something is lost \
            or may be, 64 usage.
            """
    )

    @Argument(help: "The damaged corpus.")
    var damaged: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var reporting: ReportingOptions

    func run() async throws {
        let (path, output) = (damaged, output)
        let result = try await reporting.work("recovering \(path)", in: { Quantity.bytes($0) }) {
            progress in
            try await CorpusRecovery.run(
                path,
                into: output.corpus(madeOf: [path, path + "-wal"]),
                index: output.index,
                progress: progress
            )
        }
        try reporting.show(RecoveryReport(damaged: damaged, corpus: output.out, result))
        guard result.isWhole else { throw ExitCode(ExitStatus.incomplete.rawValue) }
    }
}
