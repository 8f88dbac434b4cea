import ArgumentParser
import Playback
import Terminal

@main
struct ReplayCompare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay-compare",
        abstract: "Say whether runs of replay are the same, and if not, where they differ.",
        discussion: """
            Takes reports that replay wrote with --report FILE.json or --json; those of --repeat \
            count as several runs. The first is what the others are held against. A change counts \
            when all of its interval is beyond the threshold; the intervals of all figures and runs \
            hold together with 95 %.

            EXAMPLES
              replay-compare before.json after.json
              replay-compare before.json after.json --threshold 10% --json

            Exit codes: 0 done and the same, 1 failed, 2 beyond the threshold or other content, 64 usage.
            """
    )

    @Argument(help: "Reports of replay, at least two runs.")
    var reports: [String]

    @Option(
        help: "Changes up to this share are no difference. (default: 5%)",
        transform: Self.parseShare
    )
    var threshold = 0.05

    @Option(help: "The seed that the intervals are drawn with.")
    var seed: UInt64 = 1

    @Flag(help: "Report as JSON.")
    var json = false

    func run() async throws {
        do {
            let comparison = try ReplayComparison(
                reports.map { try ReportFile(path: $0) },
                threshold: threshold,
                seed: seed
            )
            let console = Console.standardOutput
            print(
                json
                    ? try ReportJSON.encode(comparison)
                    : comparison.text(width: console.width, style: console.style)
            )
            guard comparison.same else { throw ExitCode(ExitStatus.incomplete.rawValue) }
        } catch let error where !(error is ExitCode) {
            throw ExitCode(ExitStatus.failure(of: "replay-compare", error).rawValue)
        }
    }

    private static func parseShare(_ text: String) throws -> Double {
        let number = text.hasSuffix("%") ? text.dropLast() : text[...]
        guard let percent = Double(number), (0...10_000).contains(percent) else {
            throw ValidationError("'\(text)' is not a share; write 5%")
        }
        return percent / 100
    }
}
