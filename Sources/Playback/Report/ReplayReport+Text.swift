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
        if isPaused { parts.insert("paused", at: 0) }
        if let left {
            parts.append("late p99 \(Quantity.milliseconds(latenessP99Milliseconds))")
            if left > .zero { parts.append("\(Quantity.duration(left)) left") }
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
            style.heading("Replayed \(corpus.path) to \(destination) at \(settings.speed)"),
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
        lines += fidelityLines
        if let error { lines.append(style.red(error)) }
        lines += remarks.map(style.yellow)
        lines += failures.map { failure in
            style.red("\(Quantity.count(failure.count)) × \(failure.kind): \(failure.example)")
        }
        lines.append(style.dim("content \(contentDigest)"))
        lines.append(verdict.kept ? style.green(verdict.text) : style.yellow(verdict.text))
        return lines.joined(separator: "\n")
    }

    /// Says the protocol where it isn't the usual one.
    private var destination: String {
        guard let name = settings.protocol, name != "http/protobuf" else { return settings.to }
        return "\(settings.to) over \(name)"
    }

    private var signalTable: TextTable {
        var table = TextTable(
            .text(),
            .number("selected"),
            .number("sent"),
            .number("accepted"),
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
                Quantity.count(account.selectedRequests),
                Quantity.count(account.sentRequests),
                Quantity.count(account.requests),
                Quantity.count(account.acceptedItems),
                Quantity.bytes(account.bytes),
                Quantity.count(account.rejectedItems),
                Quantity.count(account.retries),
                Quantity.count(account.failedRequests),
                Quantity.count(account.unsentRequests)
            )
        }
        return table
    }

    private var fidelityLines: [String] {
        let took = Quantity.duration(.seconds(elapsedSeconds))
        let bytes = Signal.allCases.reduce(0) { $0 + signals[$1].bytes }
        let volume = Quantity.byteRate(Double(bytes) / max(elapsedSeconds, 0.001))
        let sent = Quantity.rate(fidelity.sentRequestsPerSecond, of: "requests")
        guard plannedSeconds > 0 else { return ["took \(took): \(sent), \(volume)"] }
        let planned = Quantity.duration(.seconds(plannedSeconds))
        let plannedRate = Quantity.rate(fidelity.plannedRequestsPerSecond, of: "requests")
        let distance = Quantity.percentage(fidelity.gapDistance)
        return [
            "took \(took) of \(planned) planned: \(sent) of \(plannedRate) planned, \(volume)",
            "gaps between requests differ from the recording's by \(distance) "
                + "(Kolmogorov–Smirnov distance)",
        ]
    }

    private var remarks: [String] {
        var remarks = events.map {
            "\(Quantity.duration(.seconds($0.seconds))) after the start: \($0.what)"
        }
        if leftOut.blocks > 0 {
            let span = Timestamp(unixNanoseconds: leftOut.firstArrivalUnixNs)
                .duration(to: Timestamp(unixNanoseconds: leftOut.lastArrivalUnixNs))
            remarks.append(
                "left out: \(Quantity.count(leftOut.blocks, of: "damaged block")) with "
                    + "\(Quantity.count(leftOut.requests, of: "request")) over "
                    + "\(Quantity.duration(span)) of the recording (\(leftOut.example))"
            )
        }
        if outOfOrderArrivals > 0 {
            remarks.append(
                "put in order: \(Quantity.count(outOfOrderArrivals, of: "request")) that the corpus "
                    + "holds out of order"
            )
        }
        return remarks
    }
}
