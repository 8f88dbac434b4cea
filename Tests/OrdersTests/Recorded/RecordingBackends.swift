import Logging
import Metrics
import Tracing

/// A log handler that keeps records and the span each was written in.
struct RecordingLogHandler: LogHandler {
    let recorded: RecordedTelemetry
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        recorded.add(
            RecordedTelemetry.Record(
                event: event,
                context: ServiceContext.current?[RecordedSpanContext.Key.self]
            )
        )
    }
}

/// A metrics factory that keeps each measurement as a point of its own.
struct RecordingMetrics: MetricsFactory {
    let recorded: RecordedTelemetry

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Instrument(recorded, .counter, label, dimensions)
    }

    func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        Instrument(recorded, .recorder, label, dimensions)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Instrument(recorded, .timer, label, dimensions)
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

private final class Instrument: CounterHandler, RecorderHandler, TimerHandler {
    private let recorded: RecordedTelemetry
    private let kind: RecordedTelemetry.Point.Kind
    private let name: String
    private let dimensions: [String: String]

    init(
        _ recorded: RecordedTelemetry,
        _ kind: RecordedTelemetry.Point.Kind,
        _ name: String,
        _ dimensions: [(String, String)]
    ) {
        self.recorded = recorded
        self.kind = kind
        self.name = name
        self.dimensions = Dictionary(uniqueKeysWithValues: dimensions)
    }

    func increment(by amount: Int64) { add(Double(amount)) }
    func reset() {}
    func record(_ value: Int64) { add(Double(value)) }
    func record(_ value: Double) { add(value) }
    func recordNanoseconds(_ duration: Int64) { add(Double(duration)) }

    private func add(_ value: Double) {
        recorded.add(
            RecordedTelemetry.Point(name: name, kind: kind, dimensions: dimensions, value: value)
        )
    }
}
