import ArgumentParser
import CorpusEditing
import CorpusStore
import OTLP
import Terminal

struct Diff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say whether two corpora hold the same payloads in the same order.",
        discussion: """
            If not, where they differ first, and of what each holds more. When the requests arrived \
            and how they are compressed doesn't count.

            EXAMPLES
              corpus-tool diff run.db copy.db

            Exit codes: 0 the same, 1 failed, 2 not the same, 64 usage.
            """
    )

    @Argument(help: "A corpus.")
    var a: String

    @Argument(help: "Another one.")
    var b: String

    @OptionGroup var reporting: ReportingOptions

    func run() async throws {
        let (a, b) = (a, b)
        let difference = try await reporting.work("comparing", leavesFiles: false) { progress in
            try CorpusComparison.compare(
                CorpusReader(path: a),
                CorpusReader(path: b),
                progress: progress
            )
        }
        if reporting.json {
            print(try ReportJSON.encode(difference))
        } else {
            print(difference.text)
        }
        guard difference.same else { throw ExitCode(ExitStatus.incomplete.rawValue) }
    }
}

extension CorpusDifference {
    private static let shownCounts = 40

    /// The difference for people.
    fileprivate var text: String {
        guard !same else {
            return "The same: \(Quantity.count(a.exportRequests, of: "export request"))"
        }
        var lines = [
            "\(a.corpus) has \(Quantity.count(a.exportRequests, of: "export request")), "
                + "\(b.corpus) has \(Quantity.count(b.exportRequests))",
            "\(Quantity.count(changedRequests)) differ, \(Quantity.count(onlyInA)) are only in "
                + "\(a.corpus), \(Quantity.count(onlyInB)) only in \(b.corpus)", "",
        ]
        for place in differences {
            if let request = place.a {
                lines.append("- \(a.corpus) \(request.number): \(request.content)")
            }
            if let request = place.b {
                lines.append("+ \(b.corpus) \(request.number): \(request.content)")
            }
            if let detail = place.detail { lines.append("    \(detail)") }
        }
        guard !counts.isEmpty else {
            return (lines + ["", "Both hold as many items of every name"]).joined(separator: "\n")
        }
        var table = TextTable(
            .text("signal"),
            .text("service"),
            .text("name"),
            .number(a.corpus),
            .number(b.corpus)
        )
        for count in counts.prefix(Self.shownCounts) {
            table.add([
                count.signal.rawValue, count.service, count.name, Quantity.count(count.a),
                Quantity.count(count.b),
            ])
        }
        lines += ["", table.rendered()]
        if counts.count > Self.shownCounts {
            lines.append("and \(Quantity.count(counts.count - Self.shownCounts)) names more")
        }
        return lines.joined(separator: "\n")
    }
}
