import ArgumentParser
import CorpusEditing
import CorpusStore
import Terminal

struct Compact: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a corpus as small as it gets, with the same contents.",
        discussion: """
            Puts the requests into full blocks again, compressed at the highest level, and leaves \
            no free pages. To leave out the item tables as well, add --index none.

            EXAMPLES
              corpus-tool compact run.db --out small.db
              corpus-tool compact run.db --level 6 --out quick.db

            Exit codes: 0 done, 1 failed, 64 usage.
            """
    )

    @Argument(help: "The corpus to copy.")
    var corpus: String

    @Option(help: "The level of compression: 1 (quick) to 9 (small).")
    var level = 9

    @OptionGroup var output: OutputOptions
    @OptionGroup var reporting: ReportingOptions

    func validate() throws {
        guard (1...9).contains(level) else { throw ValidationError("--level takes 1 to 9") }
    }

    func run() async throws {
        let (path, output, level) = (corpus, output, level)
        let (before, after) = try await reporting.work("compacting \(path)") { progress in
            let reader = try CorpusReader(path: path)
            var corpus = try output.corpus(madeOf: [path], index: reader.recording.index)
            corpus.level = Int32(level)
            let before = try CompactReport.Figures(reader.totals(), blocks: reader.blocks().count)
            let totals = try await CorpusCopy.run(reader, into: corpus, progress: progress)
            let made = try CorpusReader(path: corpus.path)
            return (before, try CompactReport.Figures(totals, blocks: made.blocks().count))
        }
        try reporting.show(
            CompactReport(input: corpus, corpus: output.out, before: before, after: after)
        )
    }
}

private struct CompactReport: EditingReport {
    struct Figures: Encodable, Sendable {
        let blocks: Int
        let blockBytes: Int
        let fileBytes: Int
        let compressionRatio: Double
        let digest: String?

        init(_ totals: CorpusTotals, blocks: Int) {
            self.blocks = blocks
            blockBytes = totals.blockBytes
            fileBytes = totals.fileBytes
            let ratio = Double(totals.payloadBytes) / Double(max(1, totals.blockBytes))
            compressionRatio = (ratio * 100).rounded() / 100
            digest = totals.digest
        }
    }

    let version = 1
    let input: String
    let corpus: String
    let before: Figures
    let after: Figures

    private enum CodingKeys: CodingKey {
        case version, input, corpus, before, after
    }

    var text: String {
        var table = TextTable(
            .text(),
            .number("blocks"),
            .number("in blocks"),
            .number("ratio"),
            .number("file")
        )
        for (name, figures) in [(input, before), (corpus, after)] {
            table.add([
                name, Quantity.count(figures.blocks), Quantity.bytes(figures.blockBytes),
                "\(figures.compressionRatio)", Quantity.bytes(figures.fileBytes),
            ])
        }
        return table.rendered()
    }
}
