import OTLP
import Synchronization

/// Where series are kept, one for each metric and set of attributes, and where their points go.
final class MetricPipeline: Sendable {
    private struct MetricKey: Hashable {
        let label: String
        let kind: MetricDescriptor.Kind
    }

    private struct Metric {
        let descriptor: MetricDescriptor
        var series: [[Dimension]: MetricSeries] = [:]
        var overflow: MetricSeries?
    }

    private struct Dimension: Hashable {
        let key: String
        let value: String
    }

    let mode: MetricsMode
    let clock: TelemetryClock
    let processor: BatchProcessor<MetricPoint>
    private let descriptions: [String: MetricDescription]
    private let cardinalityLimit: Int
    private let metrics = Mutex<[MetricKey: Metric]>([:])

    init(
        configuration: TelemetryConfiguration,
        clock: TelemetryClock,
        processor: BatchProcessor<MetricPoint>
    ) {
        mode = configuration.metricsMode
        descriptions = configuration.metricDescriptions
        cardinalityLimit = max(1, configuration.cardinalityLimit)
        self.clock = clock
        self.processor = processor
    }

    /// The series of a label and its dimensions, in whatever order these come; the default unit is
    /// for a metric that the configuration doesn't describe.
    func series(
        _ label: String,
        _ kind: MetricDescriptor.Kind,
        _ dimensions: [(String, String)],
        defaultUnit: String = ""
    ) -> MetricSeries {
        let dimensions = Self.normalized(dimensions)
        let key = MetricKey(label: label, kind: kind)
        return metrics.withLock { metrics in
            if let series = metrics[key]?.series[dimensions] {
                return series
            }
            var metric = metrics[key] ?? makeMetric(label, kind, defaultUnit: defaultUnit)
            let series = makeSeries(dimensions, in: &metric)
            metrics[key] = metric
            return series
        }
    }

    /// Emits a point for each series that was measured since its last one, in aggregated mode.
    func collect() {
        guard mode != .perMeasurement else { return }
        let all = metrics.withLock { metrics in
            metrics.values.flatMap { Array($0.series.values) + ($0.overflow.map { [$0] } ?? []) }
        }
        for series in all {
            series.collect()
        }
    }

    private func makeMetric(
        _ label: String,
        _ kind: MetricDescriptor.Kind,
        defaultUnit: String
    ) -> Metric {
        let description = descriptions[label] ?? MetricDescription(unit: defaultUnit)
        return Metric(
            descriptor: MetricDescriptor(
                name: label,
                kind: kind,
                unit: description.unit,
                description: description.description
            )
        )
    }

    private func makeSeries(_ dimensions: [Dimension], in metric: inout Metric) -> MetricSeries {
        let isOverflow = metric.series.count >= cardinalityLimit
        if isOverflow, let overflow = metric.overflow {
            return overflow
        }
        let attributes =
            isOverflow
            ? [OTLPKeyValue("otel.metric.overflow", .boolValue(true))]
            : dimensions.map { OTLPKeyValue($0.key, .stringValue($0.value)) }
        let series = MetricSeries(metric.descriptor, attributes: attributes, pipeline: self)
        if isOverflow {
            metric.overflow = series
        } else {
            metric.series[dimensions] = series
        }
        return series
    }

    /// Sorted by key; the last value of a key that stands twice holds.
    private static func normalized(_ dimensions: [(String, String)]) -> [Dimension] {
        let sorted = dimensions.map { Dimension(key: $0.0, value: $0.1) }
        guard sorted.count > 1 else { return sorted }
        var unique: [String: Dimension] = [:]
        for dimension in sorted {
            unique[dimension.key] = dimension
        }
        return unique.values.sorted { $0.key < $1.key }
    }
}
