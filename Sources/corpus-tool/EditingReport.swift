import CorpusStore
import Terminal

/// What a subcommand prints: JSON, or text.
protocol EditingReport: Encodable {
    var text: String { get }
}

/// What a new corpus holds, as part of a report.
struct CorpusSummary: Encodable {
    struct Requests: Encodable {
        let traces: Int
        let metrics: Int
        let logs: Int

        var total: Int { traces + metrics + logs }
    }

    struct Items: Encodable {
        let spans: Int
        let metricPoints: Int
        let logRecords: Int
    }

    struct Bytes: Encodable {
        let payload: Int
        let blocks: Int
        let file: Int
    }

    let exportRequests: Requests
    let items: Items
    let bytes: Bytes
    let digest: String?

    init(_ totals: CorpusTotals) {
        exportRequests = Requests(
            traces: totals.traces.requests,
            metrics: totals.metrics.requests,
            logs: totals.logs.requests
        )
        items = Items(
            spans: totals.traces.items,
            metricPoints: totals.metrics.items,
            logRecords: totals.logs.items
        )
        bytes = Bytes(
            payload: totals.payloadBytes,
            blocks: totals.blockBytes,
            file: totals.fileBytes
        )
        digest = totals.digest
    }

    /// All of it in a line.
    var text: String {
        "\(Quantity.count(exportRequests.total)) export requests (\(Quantity.count(items.spans)) spans, "
            + "\(Quantity.count(items.metricPoints)) metric points, "
            + "\(Quantity.count(items.logRecords)) log records), "
            + "\(Quantity.bytes(bytes.payload)) of payload in \(Quantity.bytes(bytes.file))"
    }
}
