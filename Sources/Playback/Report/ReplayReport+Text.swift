import Latency
import OTLP
public import Terminal

extension Player.Progress {
    /// How the replay stands, in one line.
    public var line: String {
        let seconds = max(0.001, elapsed / .seconds(1))
        var parts = [
            "\(Quantity.count(acceptedRequests)) of \(Quantity.count(totalRequests)) requests",
            Quantity.rate(Double(items) / seconds, of: "items"),
            Quantity.byteRate(Double(bytes) / seconds),
        ]
        if let planned {
            parts.append("late p99 \(Quantity.milliseconds(latenessP99Milliseconds))")
            if planned > elapsed { parts.append("\(Quantity.duration(planned - elapsed)) left") }
        }
        if failedRequests > 0 { parts.append("\(Quantity.count(failedRequests)) failed") }
        if elapsed < .zero { return "starts in \(Quantity.duration(.zero - elapsed))" }
        return parts.joined(separator: " · ")
    }
}

extension ReplayReport {
    /// The report for people.
    public func text(width: Int? = nil, style: Style = .plain) -> String {
        let latencies = TextTable.latencies([
            "lateness": latenessMs,
            "service time": serviceTimeMs,
            "response time": responseTimeMs,
        ])
        var lines = [
            style.heading("Replayed \(corpus.path) to \(settings.to) at \(settings.speed)"),
            signalTable.rendered(width: width, style: style),
            "",
            style.heading("Latency"),
            latencies.rendered(width: width, style: style),
            "",
        ]
        if timeline.count > 1 {
            let rates = timeline.map { Double($0.requests) }
            lines += [
                style.heading("Requests sent, by second"),
                ColumnChart(rates).rendered(
                    width: width,
                    style: style,
                    value: { Quantity.count(Int($0)) },
                    start: "0 s",
                    end: Quantity.duration(.seconds(timeline.count))
                ),
                "",
            ]
        }
        lines.append(verdict(style))
        lines += failures.map { failure in
            style.red("\(Quantity.count(failure.count)) × \(failure.kind): \(failure.example)")
        }
        lines.append(style.dim("content \(contentDigest)"))
        return lines.joined(separator: "\n")
    }

    private var signalTable: TextTable {
        var table = TextTable(
            .text(),
            .number("requests"),
            .number("items"),
            .number("bytes"),
            .number("rejected"),
            .number("retries"),
            .number("failed"),
            .number("not sent")
        )
        for signal in Signal.allCases {
            let account = signals[signal]
            table.add(
                signal.rawValue,
                Quantity.count(account.requests),
                Quantity.count(account.items),
                Quantity.bytes(account.bytes),
                Quantity.count(account.rejectedItems),
                Quantity.count(account.retries),
                Quantity.count(account.failedRequests),
                Quantity.count(account.unsentRequests)
            )
        }
        return table
    }

    /// Whether the schedule held, so that nobody takes a figure for what it isn't.
    private func verdict(_ style: Style) -> String {
        let took = Quantity.duration(.seconds(elapsedSeconds))
        guard plannedSeconds > 0 || latenessMs.count > 0 else {
            let bytes = Signal.allCases.map { signals[$0].bytes }.reduce(0, +)
            let rate = Quantity.byteRate(Double(bytes) / max(elapsedSeconds, 0.001))
            return "Took \(took), \(rate), without a schedule"
        }
        let late = "p99 \(Quantity.milliseconds(latenessMs.p99)) late"
        let planned = Quantity.duration(.seconds(plannedSeconds))
        let isKept = complete && latenessMs.p99 < 50
        return isKept
            ? style.green("Schedule kept: \(late); took \(took) of \(planned) planned")
            : style.yellow("Schedule NOT kept: \(late); took \(took) of \(planned) planned")
    }
}
