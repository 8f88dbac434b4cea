import CorpusStore
import Terminal

/// What a subcommand prints: JSON, or text.
protocol EditingReport: Encodable {
    var text: String { get }
}

/// What a new corpus holds, as part of a report.
struct CorpusSummary: Encodable {
    struct Bytes: Encodable {
        let payload: Int
        let blocks: Int
        let file: Int
    }

    let exportRequests: CorpusStatistics.Requests
    let items: CorpusStatistics.Items
    let bytes: Bytes
    let digest: String?

    init(_ totals: CorpusTotals) {
        exportRequests = .init(totals)
        items = .init(totals)
        bytes = Bytes(
            payload: totals.payloadBytes,
            blocks: totals.blockBytes,
            file: totals.fileBytes
        )
        digest = totals.digest
    }

    /// All of it in a line.
    var text: String {
        Quantity.count(exportRequests.total, of: "export request")
            + " (\(Quantity.count(items.spans, of: "span")), "
            + "\(Quantity.count(items.metricPoints, of: "metric point")), "
            + "\(Quantity.count(items.logRecords, of: "log record"))), "
            + "\(Quantity.bytes(bytes.payload)) of payload in \(Quantity.bytes(bytes.file))"
    }
}

extension CorpusStatistics.Requests {
    /// Those of all signals.
    var total: Int { traces + metrics + logs }
}
