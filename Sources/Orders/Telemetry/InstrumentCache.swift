import Synchronization

/// A combination of values that a metric is broken down by.
protocol MetricDimensions: Hashable, Sendable {
    var dimensions: [(String, String)] { get }
}

/// Instruments made once for each combination of dimensions.
final class InstrumentCache<Key: MetricDimensions, Instrument: Sendable>: Sendable {
    private let capacity: Int
    private let make: @Sendable ([(String, String)]) -> Instrument
    private let overflow: Instrument
    private let instruments = Mutex<[Key: Instrument]>([:])

    /// Past `capacity`, combinations share one instrument, with the attribute that the
    /// OpenTelemetry metrics SDK specification has for its cardinality limit.
    init(capacity: Int = 2_000, make: @escaping @Sendable ([(String, String)]) -> Instrument) {
        self.capacity = capacity
        self.make = make
        overflow = make([("otel.metric.overflow", "true")])
    }

    subscript(key: Key) -> Instrument {
        instruments.withLock { instruments in
            if let instrument = instruments[key] { return instrument }
            guard instruments.count < capacity else { return overflow }
            let instrument = make(key.dimensions)
            instruments[key] = instrument
            return instrument
        }
    }
}
