import Foundation
import Latency
import OTLP
import Terminal

/// The curves of one run.
struct RunCharts {
    /// A stretch of the timeline that is drawn as one point.
    private struct Bucket {
        let start: Double
        let end: Double
        let plannedRate: Double
        let rate: Double
        let latenessP99: Double
        let errors: Int
    }

    /// More points than this can't be told apart.
    private static let mostBuckets = 360

    private let report: ReplayReport
    private let buckets: [Bucket]
    private let end: Double

    init(_ report: ReplayReport) {
        self.report = report
        let seconds = report.timeline
        end = Double(max(1, seconds.count))
        let width = max(1, (seconds.count + Self.mostBuckets - 1) / Self.mostBuckets)
        buckets = stride(from: 0, to: seconds.count, by: width).map { first in
            let part = seconds[first..<min(first + width, seconds.count)]
            let count = Double(part.count)
            return Bucket(
                start: Double(first),
                end: Double(first + part.count),
                plannedRate: Double(part.reduce(0) { $0 + $1.plannedRequests }) / count,
                rate: Double(part.reduce(0) { $0 + $1.requests }) / count,
                latenessP99: part.map(\.latenessP99Ms).max() ?? 0,
                errors: part.reduce(0) { $0 + $1.errors }
            )
        }
    }

    var html: String {
        var charts = [rates]
        if report.latenessMs.count > 0 { charts.append(lateness) }
        charts.append(percentiles)
        if buckets.contains(where: { $0.errors > 0 }) { charts.append(errors) }
        return charts.map(\.html).joined(separator: "\n")
    }

    private var rates: LineChart {
        var series = [
            LineChart.Series(
                name: "sent",
                colour: 1,
                points: buckets.map { ($0.start, $0.rate) },
                isFilled: true,
                isStepped: true
            )
        ]
        if report.plannedSeconds > 0 {
            series.append(
                LineChart.Series(
                    name: "planned",
                    colour: 2,
                    points: buckets.map { ($0.start, $0.plannedRate) },
                    isStepped: true
                )
            )
        }
        let greatest = buckets.map { max($0.rate, $0.plannedRate) }.max() ?? 0
        return overTime(
            "Requests a second",
            series,
            LineChart.ticks(upTo: greatest) { Quantity.count(Int($0.rounded())) }
        ) { bucket in
            let planned =
                report.plannedSeconds > 0
                ? ", \(Quantity.count(Int(bucket.plannedRate))) planned" : ""
            return "\(Quantity.count(Int(bucket.rate))) requests/s\(planned)"
        }
    }

    private var lateness: LineChart {
        overTime(
            "Lateness, p99 of each second",
            [
                LineChart.Series(
                    name: "p99",
                    colour: 1,
                    points: buckets.map { ($0.start, $0.latenessP99) },
                    isFilled: true,
                    isStepped: true
                )
            ],
            LineChart.ticks(upTo: buckets.map(\.latenessP99).max() ?? 0) {
                Quantity.milliseconds($0)
            }
        ) { "p99 \(Quantity.milliseconds($0.latenessP99)) late" }
    }

    private var errors: LineChart {
        overTime(
            "Failed tries a second",
            [
                LineChart.Series(
                    name: "failed tries",
                    colour: 2,
                    points: buckets.map { ($0.start, Double($0.errors) / ($0.end - $0.start)) },
                    isFilled: true,
                    isStepped: true
                )
            ],
            LineChart.ticks(upTo: Double(buckets.map(\.errors).max() ?? 0)) {
                Quantity.count(Int($0.rounded()))
            }
        ) { "\(Quantity.count($0.errors)) tries failed" }
    }

    private func overTime(
        _ title: String,
        _ series: [LineChart.Series],
        _ yTicks: [LineChart.Tick],
        note: (Bucket) -> String
    ) -> LineChart {
        let times = LineChart.ticks(upTo: end) { Quantity.duration(.seconds($0)) }
        return LineChart(
            title: title,
            series: series,
            xTicks: times.filter { $0.value <= end },
            xEnd: end,
            yTicks: yTicks,
            xTitle: "since the start",
            notes: buckets.map { bucket in
                let time = Quantity.duration(.seconds(bucket.start))
                return (bucket.start, bucket.end, "at \(time): \(note(bucket))")
            }
        )
    }

    /// Latency by percentile, as HdrHistogram plots it: each step to the right leaves out nine
    /// tenths of the rest.
    private var percentiles: LineChart {
        let distributions = [
            ("lateness", 1, report.latenessDistribution),
            ("service time", 2, report.serviceTimeDistribution),
            ("response time", 3, report.responseTimeDistribution),
        ].filter { $0.2.total > 0 }
        let most = distributions.map { Double($0.2.total) }.max() ?? 10
        let nines = max(1, min(6, log10(most)))
        let series = distributions.map { name, colour, distribution in
            LineChart.Series(
                name: name,
                colour: colour,
                points: (0...200).map { step in
                    let place = nines * Double(step) / 200
                    return (place, distribution.quantile(1 - pow(10, -place)))
                }
            )
        }
        let values = series.flatMap { $0.points.map(\.y) }.filter { $0 > 0 }
        let marks: [(Double, String)] = [
            (0, "min"), (log10(2), "p50"), (1, "p90"), (2, "p99"), (3, "p99.9"), (4, "p99.99"),
            (5, "p99.999"), (6, "p99.9999"),
        ]
        return LineChart(
            title: "Latency by percentile",
            series: series,
            xTicks: marks.filter { $0.0 <= nines }.map { LineChart.Tick(value: $0.0, label: $0.1) },
            xEnd: nines,
            yTicks: LineChart.decades((values.min() ?? 0.01)...(values.max() ?? 1)) {
                Quantity.milliseconds($0)
            },
            xTitle: "percentile",
            isLogarithmic: true
        )
    }
}
