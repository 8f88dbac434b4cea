import ArgumentParser
import CorpusStore
import Foundation
import OTLP
import Terminal

/// Measures the block codec on the export requests of a corpus.
struct Codec: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Size and speed of the block codec on a corpus's export requests.",
        discussion: """
            Encodes the corpus anew in memory. Speeds are of one core, in MB (10^6 bytes) of \
            payload a second, the median of the rounds; "inflation" and "deflation" are the library \
            alone on the same streams.
            """
    )

    @Argument(help: "A corpus.")
    var corpus: String

    @Option(help: "How often each is measured.")
    var rounds = 9

    @Option(help: "Payload bytes a block.")
    var blockBytes = BlockCodec.defaultBlockBytes

    @Flag(help: "Report as JSON.")
    var json = false

    func run() async throws {
        do {
            let report = try CodecReport(
                corpus: corpus,
                requests: requests(),
                blockBytes: blockBytes,
                rounds: max(rounds, 1)
            )
            print(json ? try ReportJSON.encode(report) : report.text)
        } catch {
            throw ExitCode(ExitStatus.failure(of: "bench", error).rawValue)
        }
    }

    private func requests() throws -> [ExportRequest] {
        var requests: [ExportRequest] = []
        try CorpusReader(path: corpus).forEachRequest { requests.append($1) }
        return requests
    }
}
