public import Histogram

/// A histogram's percentiles as every report gives them, in milliseconds to the microsecond.
///
/// The JSON keys are `p50`, `p90`, `p99`, `p99_9`, `max`, `mean` and `count`; all are 0 where
/// nothing was recorded.
public struct LatencySummary: Sendable, Equatable, Codable {
    /// Half of the durations did not exceed this.
    public var p50 = 0.0
    /// 90 % of the durations did not exceed this.
    public var p90 = 0.0
    /// 99 % of the durations did not exceed this.
    public var p99 = 0.0
    /// 99.9 % of the durations did not exceed this.
    public var p999 = 0.0
    /// The longest duration.
    public var max = 0.0
    /// The arithmetic mean.
    public var mean = 0.0
    /// How many durations were recorded.
    public var count: UInt64 = 0

    private enum CodingKeys: String, CodingKey {
        case p50, p90, p99, max, mean, count
        case p999 = "p99_9"
    }

    /// The summary of no durations.
    public init() {}

    /// Sums up a histogram in which a recorded value of 1 stands for `unit`.
    public init<Count>(_ histogram: Histogram<Count>, unit: Duration) {
        count = histogram.totalCount
        guard count > 0 else { return }
        let microseconds = unit / .microseconds(1)
        func milliseconds(_ value: Double) -> Double {
            (value * microseconds).rounded() / 1_000
        }
        func percentile(_ percent: Double) -> Double {
            milliseconds(Double(histogram.valueAtPercentile(percent)))
        }
        p50 = percentile(50)
        p90 = percentile(90)
        p99 = percentile(99)
        p999 = percentile(99.9)
        max = milliseconds(Double(histogram.maxRecorded))
        // The histogram's mean takes each value for the middle of its bucket.
        mean = min(milliseconds(histogram.mean), max)
    }
}
