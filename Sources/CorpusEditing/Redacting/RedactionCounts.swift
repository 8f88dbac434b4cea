/// What was redacted.
///
/// Encoded with snake-case keys it is part of the report that `corpus-tool redact --json` prints.
public struct RedactionCounts: Encodable, Equatable, Sendable {
    /// The attributes of one key.
    public struct Key: Encodable, Equatable, Sendable {
        /// The key; inside of other values its path.
        public let key: String
        /// How many went.
        public internal(set) var dropped = 0
        /// How many were hashed.
        public internal(set) var hashed = 0
    }

    /// Occurrences of an attribute's values in other texts.
    public struct Occurrences: Encodable, Equatable, Sendable {
        /// Where they stood.
        public let field: TextField
        /// The attribute's key.
        public let key: String
        /// How many were redacted.
        public let redacted: Int
    }

    /// By key, most frequent first.
    public let keys: [Key]
    /// Bodies of log records that went.
    public let droppedBodies: Int
    /// Bodies of log records that were hashed.
    public let hashedBodies: Int
    /// Values in other texts, most frequent first.
    public let elsewhere: [Occurrences]
    /// Fields that OTLP doesn't define; they might hold anything, so they went.
    public let unknownFields: Int
    /// Values nested too deeply to look into; they went.
    public let deepValues: Int
    /// Patterns that no attribute's key matches.
    public let unmatchedPatterns: [String]
}

/// The fields of OTLP that hold text, as a report names them.
public enum TextField: String, CaseIterable, Encodable, Sendable {
    /// `KeyValue.key`.
    case attributeKey = "attribute keys"
    /// Strings, bytes and integers in an `AnyValue` of an attribute.
    case attributeValue = "attribute values"
    /// Likewise of `LogRecord.body`.
    case body = "log bodies"
    /// `Span.name`.
    case spanName = "span names"
    /// `Span.Event.name` and `LogRecord.event_name`.
    case eventName = "event names"
    /// `Status.message`.
    case statusMessage = "status messages"
    /// `trace_state` of a span or a link.
    case traceState = "trace states"
    /// `LogRecord.severity_text`.
    case severityText = "severity texts"
    /// `Metric.name`.
    case metricName = "metric names"
    /// `Metric.description` and `Metric.unit`.
    case metricDescription = "metric descriptions"
    /// `InstrumentationScope.name` and `version`.
    case scope = "scopes"
    /// Any `schema_url`.
    case schemaURL = "schema URLs"
    /// `EntityRef`.
    case entityReference = "entity references"
    /// A trace or span id that isn't as long as one.
    case identifier = "malformed ids"
    /// How the recording was made.
    case settings = "recording settings"
}
