import CorpusStore
import Foundation
import Latency
import Terminal

/// A corpus's statistics laid out for people.
struct StatisticsPage {
    private static let longestList = 20
    private let statistics: CorpusStatistics

    init(_ statistics: CorpusStatistics) {
        self.statistics = statistics
    }

    func text(width: Int?, style: Style) -> String {
        let sections = [
            ("", headline(style)),
            ("Contents", contents.rendered(width: width, style: style)),
            ("Received by", protocols),
            ("Items over time", timeline(width, style)),
            ("Size", sizes.rendered(width: width, style: style)),
            ("Services", services.rendered(width: width, style: style)),
            ("Operations", operations.rendered(width: width, style: style)),
            ("Metrics", metrics.rendered(width: width, style: style)),
            ("Log severities", severities(width, style)),
            ("Check", verification(style)),
        ]
        return sections.filter { !$0.1.isEmpty }.map { title, text in
            title.isEmpty ? text : "\(style.heading(title))\n\(text)"
        }.joined(separator: "\n\n")
    }

    private func headline(_ style: Style) -> String {
        let recording = statistics.recording
        let started = Date(timeIntervalSince1970: Double(recording.startedUnixNanoseconds) / 1e9)
        let duration = Duration.milliseconds(Int64(statistics.durationSeconds * 1_000))
        let settings = recording.settings.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value.text)" }.joined(separator: ", ")
        var lines = [
            style.bold(statistics.corpus),
            "recorded \(started.formatted(.iso8601)), \(Quantity.duration(duration)) long",
        ]
        if !settings.isEmpty { lines.append(style.dim(settings)) }
        if !statistics.complete {
            lines.append(style.yellow("The recording did not end cleanly; what it holds is whole."))
        }
        if let digest = statistics.digest { lines.append(style.dim(digest)) }
        return lines.joined(separator: "\n")
    }

    private var contents: TextTable {
        var table = TextTable(
            .text(),
            .number("export requests"),
            .number("items"),
            .number("items/s")
        )
        let requests = statistics.exportRequests
        let items = statistics.items
        for (name, requests, items) in [
            ("traces", requests.traces, items.spans),
            ("metrics", requests.metrics, items.metricPoints),
            ("logs", requests.logs, items.logRecords),
        ] {
            let rate =
                statistics.durationSeconds > 0 ? Double(items) / statistics.durationSeconds : 0
            table.add(
                name,
                Quantity.count(requests),
                Quantity.count(items),
                Quantity.count(Int(rate.rounded()))
            )
        }
        return table
    }

    /// Shown where some came in by another way than the usual one.
    private var protocols: String {
        let protocols = statistics.protocols
        guard protocols.httpJson + protocols.grpc > 0 else { return "" }
        return [
            ("http/protobuf", protocols.httpProtobuf), ("http/json", protocols.httpJson),
            ("grpc", protocols.grpc),
        ].filter { $0.1 > 0 }.map { "\($0.0) \(Quantity.count($0.1))" }.joined(separator: " · ")
    }

    private func timeline(_ width: Int?, _ style: Style) -> String {
        let stretches = statistics.timeline
        guard stretches.count > 1 else { return "" }
        return ColumnChart(stretches.map { Double($0.items) }).rendered(
            width: width,
            style: style,
            value: { Quantity.count(Int($0)) },
            start: "0 s",
            end: Quantity.duration(.seconds(statistics.durationSeconds.rounded()))
        )
    }

    private var sizes: TextTable {
        let bytes = statistics.bytes
        var table = TextTable(.text(), .number("size"), .text())
        table.add("as OTLP/JSON", Quantity.bytes(bytes.jsonEquivalent), "")
        table.add("payload", Quantity.bytes(bytes.payload), "as protobuf, what is replayed")
        let ratio = statistics.compressionRatio.formatted(
            .number.precision(.fractionLength(1)).locale(Locale(identifier: "en"))
        )
        table.add(
            "blocks",
            Quantity.bytes(bytes.blocks),
            "\(ratio) times smaller, read with \(statistics.codec)"
        )
        table.add("item tables", Quantity.bytes(bytes.itemTables), "for queries")
        table.add("file", Quantity.bytes(bytes.file), "")
        return table
    }

    private var services: TextTable {
        var table = TextTable(
            .text("service"),
            .number("spans"),
            .number("points"),
            .number("records")
        )
        for service in statistics.services.prefix(Self.longestList) {
            table.add(
                service.name.isEmpty ? "(without a name)" : service.name,
                Quantity.count(service.spans),
                Quantity.count(service.metricPoints),
                Quantity.count(service.logRecords)
            )
        }
        return table
    }

    private var operations: TextTable {
        var table = TextTable(
            .text("operation"),
            .text("kind"),
            .number("spans"),
            .number("errors"),
            .number("p50"),
            .number("p90"),
            .number("p99"),
            .number("max")
        )
        for operation in statistics.operations.prefix(Self.longestList) where operation.count > 0 {
            let duration = operation.durationMs
            let times = [duration.p50, duration.p90, duration.p99, duration.max]
            table.add(
                [
                    operation.name, operation.kind, Quantity.count(operation.count),
                    Quantity.percentage(Double(operation.errors) / Double(operation.count)),
                ] + times.map { Quantity.milliseconds($0) }
            )
        }
        return table
    }

    private var metrics: TextTable {
        var table = TextTable(.text("metric"), .text("type"), .number("points"))
        for metric in statistics.metrics.prefix(Self.longestList) {
            table.add(metric.name, metric.type, Quantity.count(metric.points))
        }
        return table
    }

    private func severities(_ width: Int?, _ style: Style) -> String {
        guard !statistics.severities.isEmpty else { return "" }
        var chart = BarChart()
        for severity in statistics.severities {
            chart.add(
                severity.severity,
                value: Double(severity.count),
                note: Quantity.count(severity.count)
            )
        }
        return chart.rendered(width: width, style: style)
    }

    private func verification(_ style: Style) -> String {
        guard let problems = statistics.problems else { return "" }
        guard !problems.isEmpty else {
            return style.green("Everything checked is right: blocks, payloads, counts, anchors.")
        }
        return problems.map { style.red($0) }.joined(separator: "\n")
    }
}

extension RecordingSetting {
    fileprivate var text: String {
        switch self {
        case .text(let text): text
        case .flag(let flag): flag ? "yes" : "no"
        case .number(let number):
            number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
        }
    }
}
