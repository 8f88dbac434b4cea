import ArgumentParser
import CorpusEditing
import CorpusStore
import Foundation
import OTLP
import Terminal

struct Recover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Save what still verifies out of a damaged corpus.",
        discussion: """
            The pages of the file, and of the write-ahead log beside it, are read one by one, so it \
            need not be one that SQLite opens. Every export request that matches a checksum goes \
            into a new corpus; what is lost is listed by number, time and signal.

            EXAMPLES
              corpus-tool recover damaged.db --out saved.db

            Exit codes: 0 all was saved, 1 failed, 2 something is lost or may be, 64 usage.
            """
    )

    @Argument(help: "The damaged corpus.")
    var damaged: String

    @Option(help: "The corpus to make.")
    var out: String

    @Flag(help: "Replace the file if it exists.")
    var force = false

    @OptionGroup var reporting: ReportingOptions

    func run() async throws {
        let (path, out, force) = (damaged, out, force)
        let result = try await reporting.work("recovering \(path)") { progress in
            try await CorpusRecovery.run(
                path,
                out: out,
                replacesExisting: force,
                progress: progress
            )
        }
        try reporting.show(RecoveryReport(damaged: damaged, corpus: out, result))
        guard result.isWhole else { throw ExitCode(ExitStatus.incomplete.rawValue) }
    }
}

/// What `recover` prints.
struct RecoveryReport: EditingReport {
    struct Loss: Encodable {
        let firstRequest: Int64
        let lastRequest: Int64
        let fromUnixNanoseconds: UInt64?
        let untilUnixNanoseconds: UInt64?
        let requests: [String: Int]

        init(_ loss: RecoveryResult.Loss) {
            firstRequest = loss.numbers.lowerBound
            lastRequest = loss.numbers.upperBound
            fromUnixNanoseconds = loss.from?.unixNanoseconds
            untilUnixNanoseconds = loss.until?.unixNanoseconds
            requests = Dictionary(
                uniqueKeysWithValues: loss.requests.map { ($0.key.rawValue, $0.value) }
            )
        }

        var text: String {
            let signals = requests.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }
            return "lost: export requests \(firstRequest) to \(lastRequest)"
                + (signals.isEmpty ? "" : " (\(signals.joined(separator: ", ")))")
                + ", from \(Self.time(fromUnixNanoseconds)) to \(Self.time(untilUnixNanoseconds))"
        }

        private static func time(_ nanoseconds: UInt64?) -> String {
            guard let nanoseconds else { return "an unknown time" }
            return Date(timeIntervalSince1970: Double(nanoseconds) / 1e9).formatted(.iso8601)
        }
    }

    let version = 1
    let damaged: String
    let corpus: String
    let saved: CorpusSummary
    let losses: [Loss]
    let mayLackMore: Bool

    init(damaged: String, corpus: String, _ result: RecoveryResult) {
        self.damaged = damaged
        self.corpus = corpus
        saved = CorpusSummary(result.totals)
        losses = result.losses.map(Loss.init)
        mayLackMore = result.mayLackMore
    }

    private enum CodingKeys: CodingKey {
        case version, damaged, corpus, saved, losses, mayLackMore
    }

    var text: String {
        var lines = ["Saved from \(damaged) into \(corpus): \(saved.text)"]
        lines += losses.map(\.text)
        if losses.isEmpty {
            lines.append(
                mayLackMore
                    ? "That nothing else was recorded can't be proven: the end may be lacking."
                    : "Nothing is lost."
            )
        }
        return lines.joined(separator: "\n")
    }
}
