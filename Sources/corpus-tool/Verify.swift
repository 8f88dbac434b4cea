import ArgumentParser
import CorpusStore
import Terminal

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check every checksum, count and anchor of a corpus.",
        discussion: "Exit codes: 0 intact, 1 damaged or not readable, 64 usage."
    )

    @Argument(help: "The corpus to check.")
    var corpus: String

    func run() async throws {
        do {
            let verification = try CorpusReader(path: corpus).verify()
            for problem in verification.problems { print(problem) }
            guard verification.isIntact else { throw ExitCode(ExitStatus.failed.rawValue) }
        } catch let error where !(error is ExitCode) {
            throw ExitCode(ExitStatus.failure(of: "corpus-tool", error).rawValue)
        }
    }
}
