import Logging

/// A log event with what surrounded it, as it waits for its export.
///
/// Metadata becomes attributes only when it is exported, off the path of the code that logs.
struct LogRecord: Sendable {
    let label: String
    let unixNanoseconds: UInt64
    let event: LogEvent
    /// The logger's own metadata; what `providedMetadata` and the event say has precedence.
    let metadata: Logger.Metadata
    let providedMetadata: Logger.Metadata?
    let spanContext: SpanContext?
}
