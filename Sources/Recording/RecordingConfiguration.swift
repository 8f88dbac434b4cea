public import CorpusStore
public import LoadGenerator

/// What to record, and into which file.
public struct RecordingConfiguration: Sendable {
    /// The order service that is recorded, and its load.
    public struct Orders: Sendable {
        /// The load; its target is replaced by the service's own address.
        public var load: LoadConfiguration
        /// The service's port; 0 lets the system pick one.
        public var port: Int
        /// The share of orders that fail, 0…1.
        public var failureRate: Double
        /// What simulated durations are multiplied by; 0 takes the waiting out.
        public var timeScale: Double
        /// How often metrics are aggregated; nil exports each measurement as its own point.
        public var metricInterval: Duration?

        /// The order service on its usual port, with one in ten orders failing.
        public init(
            load: LoadConfiguration,
            port: Int = 8081,
            failureRate: Double = 0.1,
            timeScale: Double = 1,
            metricInterval: Duration? = nil
        ) {
            self.load = load
            self.port = port
            self.failureRate = failureRate
            self.timeScale = timeScale
            self.metricInterval = metricInterval
        }

        /// What a corpus says of how it was made.
        public var settings: RecordingSettings {
            [
                "recorder": .text("record"),
                "rps": .number(load.ordersPerSecond),
                "duration_seconds": .number(load.duration / .seconds(1)),
                "arrivals": .text(load.arrivals.rawValue),
                "seed": .number(Double(load.seed)),
                "max_concurrent": .number(Double(load.maxConcurrent)),
                "failure_rate": .number(failureRate),
                "time_scale": .number(timeScale),
                "metrics": .text(metricInterval == nil ? "per-measurement" : "aggregated"),
            ]
        }
    }

    /// The corpus to make.
    public var corpus: CorpusWriter.Configuration
    /// The order service to run and record; nil records only what others send.
    public var orders: Orders?
    /// Where and how others' telemetry is received.
    public var reception: Reception
    /// How long to record when there is no load that ends; nil until it is stopped.
    public var duration: Duration?

    /// Records the order service, what others send, or both.
    public init(
        corpus: CorpusWriter.Configuration,
        orders: Orders?,
        reception: Reception = Reception(),
        duration: Duration? = nil
    ) {
        self.corpus = corpus
        self.orders = orders
        self.reception = reception
        self.duration = duration
    }
}
