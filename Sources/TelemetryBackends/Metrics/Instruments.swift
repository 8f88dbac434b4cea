import CoreMetrics

// Delta points say what was added since the one before, so that there is nothing to reset.

final class CounterInstrument: CounterHandler {
    private let series: MetricSeries

    init(series: MetricSeries) {
        self.series = series
    }

    func increment(by amount: Int64) { series.add(amount) }
    func reset() {}
}

final class FloatingPointCounterInstrument: FloatingPointCounterHandler {
    private let series: MetricSeries

    init(series: MetricSeries) {
        self.series = series
    }

    func increment(by amount: Double) { series.add(amount) }
    func reset() {}
}

final class GaugeInstrument: MeterHandler {
    private let series: MetricSeries

    init(series: MetricSeries) {
        self.series = series
    }

    func set(_ value: Int64) { series.record(Double(value)) }
    func set(_ value: Double) { series.record(value) }
    func increment(by amount: Double) { series.move(by: amount) }
    func decrement(by amount: Double) { series.move(by: -amount) }
}

final class RecorderInstrument: RecorderHandler {
    private let series: MetricSeries

    init(series: MetricSeries) {
        self.series = series
    }

    func record(_ value: Int64) { series.record(Double(value)) }
    func record(_ value: Double) { series.record(value) }
}

final class TimerInstrument: TimerHandler {
    private let series: MetricSeries
    private let nanosecondsPerUnit: Double

    init(series: MetricSeries) {
        self.series = series
        nanosecondsPerUnit =
            switch series.metric.unit {
            case "ns": 1
            case "us": 1e3
            case "ms": 1e6
            case "min": 60e9
            case "h": 3600e9
            default: 1e9
            }
    }

    func recordNanoseconds(_ duration: Int64) {
        series.record(Double(duration) / nanosecondsPerUnit)
    }
}
