import ArgumentParser
import CorpusStore
import Foundation
import OTLP
import Terminal

/// Feeds mutated bytes to what reads foreign bytes; a crash or a hang is the failure.
struct Fuzz: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Feed mutated inputs to the scanner, the block frame and the columns.",
        discussion: """
            Every input must come back exactly or be answered with an error. The inputs depend on \
            nothing but the seed; the one at work when the program dies is told by --from.
            """
    )

    @Option(help: "How many inputs.")
    var inputs = 1_000_000

    @Option(help: "The seed of the mutations.")
    var seed: UInt64 = 1

    @Option(help: "The number of the first input.")
    var from = 0

    @Option(help: "A corpus whose export requests are mutated; some small ones are built in.")
    var corpus: String?

    @Flag(help: "Report as JSON.")
    var json = false

    func run() async throws {
        do {
            let fuzzer = try Fuzzer(seed: seed, requests: try requests())
            let report = fuzzer.run(from..<(from + max(inputs, 0)), console: .standardError)
            print(json ? try ReportJSON.encode(report) : report.text)
            guard report.failures.isEmpty else { throw ExitCode(ExitStatus.failed.rawValue) }
        } catch let error where !(error is ExitCode) {
            throw ExitCode(ExitStatus.failure(of: "bench", error).rawValue)
        }
    }

    private func requests() throws -> [ExportRequest] {
        guard let corpus else { return [] }
        var requests: [ExportRequest] = []
        try CorpusReader(path: corpus).forEachRequest { _, request in
            if request.payload.count <= 8192, requests.count < 64 { requests.append(request) }
        }
        return requests
    }
}
