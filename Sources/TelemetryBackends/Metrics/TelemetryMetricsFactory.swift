public import CoreMetrics

/// A factory whose instruments are exported as OTLP: counters as monotonic delta sums, timers and
/// recorders as delta histograms, meters and gauges as gauges.
///
/// All instruments of one label, kind and set of dimensions share a series, so one may be made
/// anew for each request.
public struct TelemetryMetricsFactory: MetricsFactory {
    private let pipeline: MetricPipeline

    init(_ pipeline: MetricPipeline) {
        self.pipeline = pipeline
    }

    func collect() {
        pipeline.collect()
    }

    /// A counter of whole numbers; negative increments are ignored.
    public func makeCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any CounterHandler {
        CounterInstrument(series: pipeline.series(label, .counter, dimensions))
    }

    /// A counter of floating point numbers; increments that are negative or not finite are ignored.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        FloatingPointCounterInstrument(
            series: pipeline.series(label, .floatingPointCounter, dimensions)
        )
    }

    /// A gauge; values that aren't finite are ignored.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        GaugeInstrument(series: pipeline.series(label, .gauge, dimensions))
    }

    /// A histogram, or a gauge where nothing is to be aggregated; values that aren't finite are
    /// ignored.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        RecorderInstrument(
            series: pipeline.series(label, aggregate ? .histogram : .gauge, dimensions)
        )
    }

    /// A histogram of durations, in the unit of time that the configuration gives the label, or in
    /// seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        TimerInstrument(
            series: pipeline.series(label, .histogram, dimensions, defaultUnit: "s")
        )
    }

    // A series may have other instruments, and what it holds is still to be exported; how many
    // there are is bounded by the cardinality limit. So destroying an instrument leaves it.

    /// Leaves the counter's series, which other counters may share.
    public func destroyCounter(_ handler: any CounterHandler) {}

    /// Leaves the counter's series, which other counters may share.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}

    /// Leaves the meter's series, which other meters may share.
    public func destroyMeter(_ handler: any MeterHandler) {}

    /// Leaves the recorder's series, which other recorders may share.
    public func destroyRecorder(_ handler: any RecorderHandler) {}

    /// Leaves the timer's series, which other timers may share.
    public func destroyTimer(_ handler: any TimerHandler) {}
}
