import Foundation
import Latency
import OTLP
import Terminal

/// What the page says of one run.
struct RunSection {
    private let report: ReplayReport
    private let number: Int?
    private let charts: RunCharts

    init(_ report: ReplayReport, number: Int?) {
        self.report = report
        self.number = number
        charts = RunCharts(report)
    }

    var html: String {
        let run = number.map { "Run \($0): " } ?? ""
        let title = "\(run)\(report.corpus.path) at \(report.settings.speed)"
        return """
            <h1>\(Markup.escaped(title))</h1>
            <p class="sub">to \(Markup.escaped(report.settings.to)), \(Markup.escaped(start))</p>
            <div class="verdict \(report.verdict.kept ? "kept" : "missed")">\
            \(Markup.escaped(report.verdict.text))</div>
            <div class="tiles">\(tiles)</div>
            \(charts.html)
            <h2>Signals</h2>\(signals)
            <h2>Latency</h2>\(latencies)
            \(failures)
            \(events)
            <h2>Settings</h2>\(settings)
            """
    }

    private var start: String {
        let seconds = Double(report.startUnixNs) / 1e9
        return "started \(Date(timeIntervalSince1970: seconds).formatted(.iso8601))"
    }

    private var tiles: String {
        let reports = Signal.allCases.map { report.signals[$0] }
        let accepted = reports.reduce(0) { $0 + $1.requests }
        let selected = reports.reduce(0) { $0 + $1.selectedRequests }
        let items = reports.reduce(0) { $0 + $1.acceptedItems }
        let bytes = reports.reduce(0) { $0 + $1.bytes }
        let seconds = max(report.elapsedSeconds, 0.001)
        let rate = report.fidelity.acceptedRequestsPerSecond
        let planned = report.plannedSeconds
        var tiles = [
            Markup.tile(
                "requests accepted",
                Quantity.count(accepted),
                "of \(Quantity.count(selected)) selected"
            ),
            Markup.tile(
                "requests/s",
                Quantity.count(Int(rate.rounded())),
                planned > 0
                    ? "\(Quantity.count(Int(report.fidelity.plannedRequestsPerSecond.rounded()))) planned"
                    : "no schedule"
            ),
            Markup.tile(
                "items accepted",
                Quantity.count(items),
                Quantity.rate(Double(items) / seconds, of: "items")
            ),
            Markup.tile(
                "payload",
                Quantity.bytes(bytes),
                Quantity.byteRate(Double(bytes) / seconds)
            ),
            Markup.tile(
                "took",
                Quantity.duration(.seconds(report.elapsedSeconds)),
                planned > 0 ? "\(Quantity.duration(.seconds(planned))) planned" : ""
            ),
        ]
        if planned > 0 {
            tiles.append(
                Markup.tile(
                    "lateness p99",
                    Quantity.milliseconds(report.latenessMs.p99),
                    "p50 \(Quantity.milliseconds(report.latenessMs.p50))"
                )
            )
            tiles.append(
                Markup.tile(
                    "gaps differ by",
                    Quantity.percentage(report.fidelity.gapDistance),
                    "K–S distance"
                )
            )
        }
        tiles.append(
            Markup.tile(
                "service time p99",
                Quantity.milliseconds(report.serviceTimeMs.p99),
                "p50 \(Quantity.milliseconds(report.serviceTimeMs.p50))"
            )
        )
        return tiles.joined(separator: "\n")
    }

    private var signals: String {
        Markup.table(
            [
                "", "selected", "offered", "sent", "accepted", "items", "rejected", "retries",
                "failed",
                "not sent",
            ],
            Signal.allCases.map { signal in
                let account = report.signals[signal]
                return [signal.rawValue]
                    + [
                        account.selectedRequests, account.offeredRequests, account.sentRequests,
                        account.requests, account.acceptedItems, account.rejectedItems,
                        account.retries, account.failedRequests, account.unsentRequests,
                    ].map { Quantity.count($0) }
            }
        )
    }

    private var latencies: String {
        let rows: [(String, LatencySummary)] = [
            ("lateness", report.latenessMs), ("service time", report.serviceTimeMs),
            ("response time", report.responseTimeMs),
        ]
        return Markup.table(
            ["", "p50", "p90", "p99", "p99.9", "max", "mean"],
            rows.filter { $0.1.count > 0 }.map { name, summary in
                [name]
                    + [
                        summary.p50, summary.p90, summary.p99, summary.p999, summary.max,
                        summary.mean,
                    ].map { Quantity.milliseconds($0) }
            }
        )
    }

    private var failures: String {
        var rows = report.failures.map { [$0.kind, Quantity.count($0.count), $0.example] }
        if report.leftOut.blocks > 0 {
            rows.append(
                [
                    "left out, damaged", Quantity.count(report.leftOut.requests),
                    report.leftOut.example,
                ]
            )
        }
        let error = report.error.map { "<p class=\"missed\">\(Markup.escaped($0))</p>" } ?? ""
        guard !rows.isEmpty || !error.isEmpty else { return "" }
        let table =
            rows.isEmpty
            ? "" : Markup.table(["", "requests", "for example"], rows, isNumeric: false)
        return "<h2>What went wrong</h2>" + error + table
    }

    private var events: String {
        guard !report.events.isEmpty else { return "" }
        let rows = report.events.map { [Quantity.duration(.seconds($0.seconds)), $0.what] }
        return "<h2>What was done meanwhile</h2>"
            + Markup.table(["after", ""], rows, isNumeric: false)
    }

    private var settings: String {
        let settings = report.settings
        let until = settings.untilSeconds.map { Quantity.duration(.seconds($0)) } ?? "its end"
        var rows = [
            ["timestamps", settings.timestamps],
            ["ids", settings.ids == "fresh" ? "fresh, seed \(settings.idSeed)" : settings.ids],
            ["laps", "\(settings.loop)"],
            ["signals", settings.signals.joined(separator: ", ")],
            [
                "of the recording",
                "\(Quantity.duration(.seconds(settings.fromSeconds))) to \(until)",
            ],
            [
                "in flight",
                "at most \(settings.maxInFlight) on \(settings.connections) connections",
            ],
            ["protocol", settings.protocol ?? "http/protobuf"],
            ["compression", settings.compression],
            ["retried for", Quantity.duration(.seconds(settings.retryForSeconds))],
        ]
        if let shard = settings.shard { rows.append(["shard", shard]) }
        if let service = settings.service { rows.append(["service", service]) }
        rows += [["corpus", report.corpus.digest], ["content sent", report.contentDigest]]
        return Markup.table([], rows, isNumeric: false)
    }
}
