public import Latency

extension TextTable {
    /// A row of percentiles for each named summary.
    public static func latencies(_ rows: KeyValuePairs<String, LatencySummary>) -> TextTable {
        var table = TextTable(
            .text(),
            .number("p50"),
            .number("p90"),
            .number("p99"),
            .number("p99.9"),
            .number("max"),
            .number("mean")
        )
        for (name, summary) in rows {
            let values = [
                summary.p50, summary.p90, summary.p99, summary.p999, summary.max, summary.mean,
            ]
            let cells = values.map { summary.count == 0 ? "–" : Quantity.milliseconds($0) }
            table.add([name] + cells)
        }
        return table
    }
}
