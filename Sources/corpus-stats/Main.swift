import ArgumentParser
import CorpusStore
import Terminal

@main
struct CorpusStats: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corpus-stats",
        abstract: "Say what a corpus holds.",
        discussion: """
            Counts, sizes, services, operations with their latencies, metrics and severities. \
            Nothing is ever written to a corpus.

            EXAMPLES
              corpus-stats run.db
              corpus-stats run.db --verify       decode everything and check every checksum
              corpus-stats *.db --json           for programs: one object, or an array of them

            Exit codes: 0 done, 1 not readable or not intact, 64 usage.
            """
    )

    @Argument(help: "Corpora.")
    var corpora: [String]

    @Flag(help: "Check every checksum, count and anchor, and SQLite's own integrity.")
    var verify = false

    @Flag(help: "Show no progress.")
    var quiet = false

    @Flag(help: "Report as JSON.")
    var json = false

    func run() async throws {
        do {
            var reports: [CorpusStatistics] = []
            for path in corpora { reports.append(try await statistics(of: path)) }
            let console = Console.standardOutput
            if json {
                print(
                    reports.count == 1
                        ? try ReportJSON.encode(reports[0])
                        : try ReportJSON.encode(reports)
                )
            } else {
                let pages = reports.map {
                    StatisticsPage($0).text(width: console.width, style: console.style)
                }
                print(pages.joined(separator: "\n\n"))
            }
            let damaged = reports.compactMap(DamagedCorpus.init)
            for corpus in damaged { _ = ExitStatus.failure(of: "corpus-stats", corpus) }
            guard damaged.isEmpty else { throw ExitCode(ExitStatus.failed.rawValue) }
        } catch let error where !(error is ExitCode) {
            throw ExitCode(ExitStatus.failure(of: "corpus-stats", error).rawValue)
        }
    }

    private func statistics(of path: String) async throws -> CorpusStatistics {
        let reader = try CorpusReader(path: path)
        var statistics = try reader.statistics()
        guard verify else { return statistics }
        let progress = VerificationProgress(path: path)
        let verification = try await ProgressReporter(quiet: quiet)
            .show({ progress.line }) { try reader.verify(onProgress: progress.update) }
        statistics.verified = verification.isIntact ? .intact : .damaged
        statistics.problems = verification.problems
        return statistics
    }
}

/// A corpus in which checking found something wrong; the report lists it all.
private struct DamagedCorpus: Error, CustomStringConvertible {
    let description: String

    init?(_ statistics: CorpusStatistics) {
        guard statistics.verified == .damaged, let problems = statistics.problems else {
            return nil
        }
        // Some problems name the file themselves.
        let first = problems.first?.replacing("\(statistics.corpus): ", with: "") ?? ""
        let others = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        description = "\(statistics.corpus): \(first)\(others)"
    }
}
