public import ArgumentParser
public import CorpusEditing
import CorpusOptions
import CorpusStore
import Terminal

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a corpus's telemetry as OTLP files.",
        discussion: """
            In the formats of the OpenTelemetry Collector's file exporter: OTLP/JSON, an export \
            request a line, which its otlpjsonfile receiver reads; or protobuf, each request behind \
            its length in 4 bytes (highest first). A file ending in .gz or .zst is compressed as a \
            whole. JSON leaves out fields that OTLP doesn't define; protobuf keeps every byte.

            EXAMPLES
              corpus-tool export run.db > run.jsonl
              corpus-tool export run.db --out run.jsonl.zst
              corpus-tool export run.db --format proto --split --out run.pb
                                                 run.traces.pb, run.metrics.pb, run.logs.pb
              corpus-tool export run.db --signals logs --service cart --until 30s

            Exit codes: 0 done, 1 failed, 64 usage.
            """
    )

    @Argument(help: "The corpus to export.")
    var corpus: String

    @Option(help: "json (a request a line) or proto (length-delimited).")
    var format = ExchangeFormat.json

    @Option(help: "The file to write. (default: standard output)")
    var out: String?

    @Flag(help: "Write a file for each signal, named for it.")
    var split = false

    @Flag(help: "Replace files that exist.")
    var force = false

    @OptionGroup var selection: SelectionOptions
    @OptionGroup var reporting: ReportingOptions

    func validate() throws {
        if out == nil {
            guard !split else { throw ValidationError("--split needs --out") }
            guard !reporting.json else { throw ValidationError("--json needs --out") }
        }
    }

    func run() async throws {
        var export = CorpusExport()
        export.format = format
        export.selection = selection.selection
        export.path = out
        export.isSplit = split
        export.replacesExisting = force
        let (path, configured) = (corpus, export)
        let result = try await reporting.work("exporting \(path)") { progress in
            try configured.run(try CorpusReader(path: path), progress: progress)
        }
        // The telemetry itself is the result where it goes to standard output.
        if out != nil { try reporting.show(ExportReport(corpus: corpus, result)) }
    }
}

extension ExchangeFormat: ExpressibleByArgument {}

private struct ExportReport: EditingReport {
    struct File: Encodable {
        let path: String
        let bytes: Int
    }

    let version = 1
    let corpus: String
    let files: [File]
    let exportRequests: CorpusStatistics.Requests
    let payloadBytes: Int

    init(corpus: String, _ result: CorpusExport.Result) {
        self.corpus = corpus
        files = result.files.map { File(path: $0.path, bytes: $0.bytes) }
        exportRequests = .init(result.totals)
        payloadBytes = result.totals.payloadBytes
    }

    private enum CodingKeys: CodingKey {
        case version, corpus, files, exportRequests, payloadBytes
    }

    var text: String {
        let names = files.map { "\($0.path) (\(Quantity.bytes($0.bytes)))" }
        return "Exported \(Quantity.count(exportRequests.total, of: "export request")), "
            + "\(Quantity.bytes(payloadBytes)) of payload, to "
            + (names.isEmpty ? "no file" : names.joined(separator: ", "))
    }
}
