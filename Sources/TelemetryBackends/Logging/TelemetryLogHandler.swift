public import Logging
import OTLP
import Tracing

/// A log handler whose records are exported as OTLP, with the ids of the span in whose task they
/// were logged.
public struct TelemetryLogHandler: LogHandler {
    /// The metadata of all of the logger's records.
    public var metadata: Logger.Metadata = [:]

    /// Provides metadata as each record is logged; it has precedence over ``metadata``.
    public var metadataProvider: Logger.MetadataProvider?

    /// The least severe level that is logged.
    public var logLevel = Logger.Level.info

    private let label: String
    private let clock: TelemetryClock
    private let processor: BatchProcessor<LogRecord>

    init(label: String, clock: TelemetryClock, processor: BatchProcessor<LogRecord>) {
        self.label = label
        self.clock = clock
        self.processor = processor
    }

    /// A value of ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Queues the event for export.
    public func log(event: LogEvent) {
        processor.emit(
            LogRecord(
                label: label,
                unixNanoseconds: clock.wallTime().unixNanoseconds,
                event: event,
                metadata: metadata,
                providedMetadata: metadataProvider?.get(),
                spanContext: ServiceContext.current?.spanContext
            )
        )
    }
}
