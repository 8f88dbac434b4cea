import Latency
import OTLP
public import Terminal

/// Several runs of one replay, and how far they agree.
public struct RepeatedReplay: Codable, Equatable, Sendable {
    /// What one figure came to over the runs.
    public struct Figure: Codable, Equatable, Sendable {
        /// What is measured, with its unit last.
        public let name: String
        /// Its middle value.
        public let median: Double
        /// Its smallest value.
        public let min: Double
        /// Its largest value.
        public let max: Double
        /// The standard deviation as a share of the mean; 0 for fewer than two runs.
        public let coefficientOfVariation: Double
    }

    /// The report's format.
    public let version: Int
    /// Each run, in order.
    public let runs: [ReplayReport]
    /// The figures over all runs.
    public let summary: [Figure]

    /// Sums up the runs.
    public init(_ runs: [ReplayReport]) {
        version = 1
        self.runs = runs
        summary = ReplayFigure.allCases.map { figure in
            let sample = Sample(runs.map(figure.value))
            return Figure(
                name: figure.rawValue,
                median: sample.median,
                min: sample.values.first ?? 0,
                max: sample.values.last ?? 0,
                coefficientOfVariation: (sample.coefficientOfVariation * 10_000).rounded() / 10_000
            )
        }
    }
}

extension RepeatedReplay {
    /// The runs and their summary for people.
    public func text(width: Int? = nil, style: Style = .plain) -> String {
        var table = TextTable(
            .text("run"),
            .number("accepted"),
            .number("requests/s"),
            .number("late p99"),
            .number("service p50"),
            .number("service p99"),
            .text("verdict")
        )
        for (index, run) in runs.enumerated() {
            table.add(
                "\(index + 1)",
                Quantity.count(Signal.allCases.reduce(0) { $0 + run.signals[$1].requests }),
                Quantity.count(Int(run.fidelity.acceptedRequestsPerSecond.rounded())),
                Quantity.milliseconds(run.latenessMs.p99),
                Quantity.milliseconds(run.serviceTimeMs.p50),
                Quantity.milliseconds(run.serviceTimeMs.p99),
                run.verdict.text
            )
        }
        var figures = TextTable(
            .text(),
            .number("median"),
            .number("min"),
            .number("max"),
            .number("CV")
        )
        for figure in summary {
            let kind = ReplayFigure(rawValue: figure.name)
            let values = [figure.median, figure.min, figure.max].map { kind?.text($0) ?? "\($0)" }
            figures.add(
                [kind?.title ?? figure.name] + values
                    + [Quantity.percentage(figure.coefficientOfVariation)]
            )
        }
        return [
            style.heading("\(runs.count) runs"),
            table.rendered(width: width, style: style),
            "",
            style.heading("Over all runs"),
            figures.rendered(width: width, style: style),
        ].joined(separator: "\n")
    }
}
