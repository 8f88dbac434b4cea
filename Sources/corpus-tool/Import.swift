public import ArgumentParser
import CorpusEditing
import CorpusStore
public import OTLP
import Terminal

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a corpus of OTLP files.",
        discussion: """
            Takes what the OpenTelemetry Collector's file exporter writes in any of its forms \
            (OTLP/JSON lines; length-delimited protobuf; either with each message compressed by \
            zstd), and what corpus-tool export does; gzip and zstd around a whole file are \
            recognised by its first bytes. Several files are joined by the times of their items.

            EXAMPLES
              corpus-tool import telemetry.jsonl --out run.db
              corpus-tool import traces.pb.gz metrics.pb.gz logs.pb.gz --out run.db
              zcat old.jsonl.gz | corpus-tool import - --out run.db
              corpus-tool import telemetry.jsonl --arrivals 100rps --skip-bad --out run.db

            Exit codes: 0 done, 1 failed, 2 done but messages were skipped, 64 usage.
            """
    )

    @Argument(help: "Files; - is standard input.")
    var files: [String]

    @Option(
        help: """
            When the requests arrived: with the latest of their items' times (items), or evenly \
            (100rps). (default: items)
            """,
        transform: { try ImportArrivals(parsing: $0) }
    )
    var arrivals = ImportArrivals.items

    @Option(
        help:
            "What length-delimited files hold: traces, metrics or logs. (default: told by their bytes)"
    )
    var signal: Signal?

    @Flag(help: "Count messages that can't be read, and go on.")
    var skipBad = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var reporting: ReportingOptions

    func validate() throws {
        guard files.count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("standard input can be read only once")
        }
    }

    func run() async throws {
        var configured = CorpusImport(files: files)
        configured.arrivals = arrivals
        configured.signal = signal
        configured.skipsBadMessages = skipBad
        let (files, output, works) = (files, output, configured)
        let result = try await reporting.work("importing", in: { Quantity.bytes($0) }) { progress in
            try await works.run(into: output.corpus(madeOf: files), progress: progress)
        }
        try reporting.show(ImportReport(corpus: output.out, files: files, result))
        guard result.skippedMessages == 0 else {
            throw ExitCode(ExitStatus.incomplete.rawValue)
        }
    }
}

extension Signal: ExpressibleByArgument {}

private struct ImportReport: EditingReport {
    let version = 1
    let corpus: String
    let files: [String]
    let skippedMessages: Int
    let problems: [String]
    let result: CorpusSummary

    init(corpus: String, files: [String], _ result: CorpusImport.Result) {
        self.corpus = corpus
        self.files = files
        skippedMessages = result.skippedMessages
        problems = result.examples
        self.result = CorpusSummary(result.totals)
    }

    private enum CodingKeys: CodingKey {
        case version, corpus, files, skippedMessages, problems
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(corpus, forKey: .corpus)
        try container.encode(files, forKey: .files)
        try container.encode(skippedMessages, forKey: .skippedMessages)
        try container.encode(problems, forKey: .problems)
        try result.encode(to: encoder)
    }

    var text: String {
        var lines = ["Imported into \(corpus): \(result.text)"]
        if skippedMessages > 0 {
            lines.append("skipped \(Quantity.count(skippedMessages, of: "message")), the first:")
            lines += problems.map { "  " + $0 }
        }
        return lines.joined(separator: "\n")
    }
}
