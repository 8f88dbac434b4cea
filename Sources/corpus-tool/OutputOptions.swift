public import ArgumentParser
import CorpusEditing
public import CorpusStore
import Terminal

/// Where a new corpus goes.
struct OutputOptions: ParsableArguments {
    @Option(help: "The corpus to make.")
    var out: String

    @Flag(help: "Replace the file if it exists.")
    var force = false

    @Option(
        help: "Which items get rows to query: all, spans or none. (default: as in the input)"
    )
    var index: ItemIndex?

    /// The corpus, which none of the inputs may be.
    func corpus(madeOf inputs: [String], index: ItemIndex = .all) throws -> NewCorpus {
        try NewCorpus(
            path: out,
            replacesExisting: force,
            index: self.index ?? index,
            inputs: inputs
        )
    }
}

/// What is shown, and how.
struct ReportingOptions: ParsableArguments {
    @Flag(help: "Show no progress.")
    var quiet = false

    @Flag(help: "Report as JSON.")
    var json = false

    /// Does a subcommand's work, showing how far it is.
    ///
    /// The first Ctrl-C cancels work that leaves files to clear away, and ends other at once.
    /// - Throws: `ExitCode`, after saying on standard error what went wrong.
    func work<Value: Sendable>(
        _ verb: String,
        in unit: @escaping @Sendable (Int) -> String = { Quantity.count($0) + " requests" },
        leavesFiles: Bool = true,
        _ body: @escaping @Sendable (EditingProgress) async throws -> Value
    ) async throws -> Value {
        let progress = EditingProgress()
        do {
            return try await ProgressReporter(quiet: quiet)
                .show({
                    let (done, total) = progress.present
                    return "\(verb): \(unit(done))" + (total.map { " of \(unit($0))" } ?? "")
                }) {
                    guard leavesFiles else { return try await body(progress) }
                    return try await Interruptible.run { try await body(progress) }
                }
        } catch let error where !(error is ExitCode) {
            throw ExitCode(ExitStatus.failure(of: "corpus-tool", error).rawValue)
        }
    }

    /// Prints a report.
    func show(_ report: some EditingReport) throws {
        print(json ? try ReportJSON.encode(report) : report.text)
    }
}

extension ItemIndex: ExpressibleByArgument {}
