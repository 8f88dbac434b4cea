import CorpusStore
import LoadGenerator
import OTLP
import OTLPTransport
import TelemetryBackends
public import Terminal

/// What was recorded.
///
/// Encoded with snake-case keys it is the JSON that `record --json` prints.
public struct RecordingReport: Encodable, Sendable {
    /// Sizes in bytes.
    public struct Bytes: Encodable, Sendable {
        let payload: Int
        let stored: Int
        let file: Int
        let jsonEquivalent: Int
    }

    /// Telemetry that did not come into the corpus.
    public struct Losses: Encodable, Sendable {
        /// Items that the order service dropped, since its queues were full.
        let droppedItems: Int
        /// Items that the order service could not export.
        let failedItems: Int
        /// Export requests that were refused for want of room; their senders may have tried again.
        let refusedRequests: Int
        /// Whether the disk had no room for the corpus's indexes; queries take longer.
        let lacksIndexes: Bool
    }

    /// What was passed on to a backend.
    public struct Forwarding: Encodable, Sendable {
        let url: String
        let requests: Int
        let accepted: Int
        let refused: Int
        /// Those that the backend didn't answer.
        let unanswered: Int
        /// Accepted ones that could not be recorded.
        let unrecorded: Int

        init(_ endpoint: OTLPEndpoint, _ counts: OTLPTap.Counts) {
            url = endpoint.description
            requests = counts.requests
            accepted = counts.accepted
            refused = counts.refused
            unanswered = counts.unanswered
            unrecorded = counts.unrecorded
        }
    }

    let version = 1
    let corpus: String
    let complete: Bool
    let load: LoadReport?
    let exportRequests: CorpusStatistics.Requests
    let items: CorpusStatistics.Items
    let bytes: Bytes
    let losses: Losses
    let forwarding: Forwarding?
    let digest: String?
    /// Whether the file of the corpus's name with `-wal` belongs to it, since another program was
    /// reading it at the end.
    let needsLog: Bool
    private let isLoadWhole: Bool

    private enum CodingKeys: CodingKey {
        case version, corpus, complete, load, exportRequests, items, bytes, losses, forwarding,
            digest, needsLog
    }

    init(
        corpus: String,
        load: LoadReport?,
        telemetry: TelemetryCounts?,
        totals: CorpusTotals,
        refusedRequests: Int,
        forwarding: Forwarding? = nil,
        wasStopped: Bool
    ) {
        self.corpus = corpus
        complete = true
        self.load = load
        exportRequests = .init(totals)
        items = .init(totals)
        bytes = Bytes(
            payload: totals.payloadBytes,
            stored: totals.blockBytes,
            file: totals.fileBytes,
            jsonEquivalent: totals.jsonBytes
        )
        let counts = telemetry.map { telemetry in Signal.allCases.map { telemetry[$0] } } ?? []
        losses = Losses(
            droppedItems: counts.map(\.dropped).reduce(0, +),
            failedItems: counts.map { $0.failed + $0.rejected }.reduce(0, +),
            refusedRequests: refusedRequests,
            lacksIndexes: totals.lacksIndexes
        )
        self.forwarding = forwarding
        digest = totals.digest
        needsLog = totals.needsLog
        isLoadWhole = load.map { wasStopped ? $0.isAnswered : $0.isFullyAnswered } ?? true
    }

    /// Whether all that was emitted is in the corpus, and every order was sent and answered; of a
    /// recording that was stopped, every order that was sent.
    public var isWhole: Bool {
        losses.droppedItems == 0 && losses.failedItems == 0 && isLoadWhole
            && forwarding?.unrecorded ?? 0 == 0
    }
}

extension RecordingReport {
    /// The report for people.
    public func text(width: Int? = nil, style: Style = .plain) -> String {
        var table = TextTable(.text(), .number("export requests"), .number("items"))
        table.add("traces", Quantity.count(exportRequests.traces), Quantity.count(items.spans))
        table.add(
            "metrics",
            Quantity.count(exportRequests.metrics),
            Quantity.count(items.metricPoints)
        )
        table.add("logs", Quantity.count(exportRequests.logs), Quantity.count(items.logRecords))
        var lines: [String] = []
        if let load { lines += [load.text(width: width, style: style), ""] }
        lines += [style.heading("Recorded"), table.rendered(width: width, style: style), ""]
        let ratio = bytes.stored > 0 ? Double(bytes.payload) / Double(bytes.stored) : 0
        let tenths = Int((ratio * 10).rounded())
        lines.append(
            "\(corpus): \(Quantity.bytes(bytes.payload)) of telemetry "
                + "(\(Quantity.bytes(bytes.jsonEquivalent)) as JSON) in blocks of "
                + "\(Quantity.bytes(bytes.stored)), \(tenths / 10).\(tenths % 10) times smaller; "
                + "with tables to query, \(Quantity.bytes(bytes.file))"
        )
        if losses.droppedItems + losses.failedItems + losses.refusedRequests > 0 {
            lines.append(
                style.yellow(
                    "Not recorded: \(Quantity.count(losses.droppedItems)) items dropped, "
                        + "\(Quantity.count(losses.failedItems)) not exported; "
                        + "\(Quantity.count(losses.refusedRequests)) export requests refused"
                )
            )
        }
        if let forwarding {
            lines.append(
                "Passed on to \(forwarding.url): \(Quantity.count(forwarding.requests)) export "
                    + "requests, \(Quantity.count(forwarding.accepted)) accepted, "
                    + "\(Quantity.count(forwarding.refused)) refused, "
                    + "\(Quantity.count(forwarding.unanswered)) not answered"
            )
            if forwarding.unrecorded > 0 {
                lines.append(
                    style.yellow(
                        "Not recorded: \(Quantity.count(forwarding.unrecorded)) export requests "
                            + "that were passed on"
                    )
                )
            }
        }
        if losses.lacksIndexes {
            lines.append(style.yellow("The disk had no room for indexes: queries take longer."))
        }
        if needsLog {
            lines.append(
                style.yellow("\(corpus)-wal belongs to it: another program was reading the corpus.")
            )
        }
        return lines.joined(separator: "\n")
    }
}
