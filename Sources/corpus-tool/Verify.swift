import ArgumentParser
import CorpusEditing
import CorpusStore
import Terminal

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check every checksum, count and anchor of a corpus.",
        discussion: """
            Decodes everything, and has SQLite check the file. What is wrong is listed, a line each.

            EXAMPLES
              corpus-tool verify run.db
              corpus-tool verify run.db --json

            Exit codes: 0 intact, 1 damaged or not readable, 64 usage.
            """
    )

    @Argument(help: "The corpus to check.")
    var corpus: String

    @OptionGroup var reporting: ReportingOptions

    func run() async throws {
        let path = corpus
        let verification = try await reporting.work("checking \(path)", leavesFiles: false) {
            progress in
            try CorpusReader(path: path).verify { progress.set($0, of: $1) }
        }
        try reporting.show(VerifyReport(corpus: corpus, verification))
        guard verification.isIntact else { throw ExitCode(ExitStatus.failed.rawValue) }
    }
}

private struct VerifyReport: EditingReport {
    let version = 1
    let corpus: String
    let verified: Bool
    let intactRequests: Int
    let problems: [String]

    init(corpus: String, _ verification: CorpusVerification) {
        self.corpus = corpus
        verified = verification.isIntact
        intactRequests = verification.intactRequests
        problems = verification.problems
    }

    private enum CodingKeys: CodingKey {
        case version, corpus, verified, intactRequests, problems
    }

    var text: String {
        let counted = "\(Quantity.count(intactRequests, of: "export request")) came back exactly"
        return (problems + ["\(corpus): \(verified ? "intact" : "damaged"), \(counted)"])
            .joined(separator: "\n")
    }
}
