import OTLP

extension OTLPMetric {
    /// The points of one metric; there is at least one.
    init(_ points: [MetricPoint]) {
        self.init()
        guard let metric = points.first?.series.metric else { return }
        name = metric.name
        unit = metric.unit
        description_p = metric.description
        switch metric.kind {
        case .counter, .floatingPointCounter:
            sum.aggregationTemporality = .delta
            sum.isMonotonic = true
            sum.dataPoints = points.map { OTLPNumberPoint($0) }
        case .gauge:
            gauge.dataPoints = points.map { OTLPNumberPoint($0) }
        case .histogram:
            histogram.aggregationTemporality = .delta
            histogram.dataPoints = points.map { OTLPHistogramPoint($0) }
        }
    }
}

extension OTLPNumberPoint {
    fileprivate init(_ point: MetricPoint) {
        self.init()
        attributes = point.series.attributes
        startTimeUnixNano = point.startUnixNanoseconds
        timeUnixNano = point.unixNanoseconds
        switch point.value {
        case .integer(let value): asInt = value
        case .double(let value): asDouble = value
        case .distribution(let distribution): asDouble = distribution.sum
        }
    }
}

extension OTLPHistogramPoint {
    fileprivate init(_ point: MetricPoint) {
        self.init()
        let bounds = point.series.metric.bounds
        attributes = point.series.attributes
        startTimeUnixNano = point.startUnixNanoseconds
        timeUnixNano = point.unixNanoseconds
        explicitBounds = bounds
        let distribution =
            switch point.value {
            case .distribution(let distribution): distribution
            case .double(let value): Distribution(value, bounds: bounds)
            case .integer(let value): Distribution(Double(value), bounds: bounds)
            }
        count = distribution.count
        sum = distribution.sum
        min = distribution.minimum
        max = distribution.maximum
        bucketCounts = distribution.bucketCounts
    }
}
