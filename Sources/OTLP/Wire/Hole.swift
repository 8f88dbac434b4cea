/// A place in a payload that holds a timestamp or an id, and so is lifted out before compression
/// and may be rewritten by a replay.
public struct Hole: Equatable, Sendable {
    /// What a hole holds.
    ///
    /// The raw values are part of the corpus format.
    public enum Kind: UInt8, Sendable {
        /// The trace id of the item itself (16 bytes).
        case traceID = 1
        /// The span id of the item itself (8 bytes).
        case spanID = 2
        /// The id of a span's parent (8 bytes).
        case parentSpanID = 3
        /// A trace id of a link or an exemplar, or one that a later field of the item overrides.
        case otherTraceID = 4
        /// A span id of a link or an exemplar, or one that a later field of the item overrides.
        case otherSpanID = 5
        /// `start_time_unix_nano` of a span or a data point.
        case startTime = 6
        /// `end_time_unix_nano` of a span.
        case endTime = 7
        /// `time_unix_nano` of a span event.
        case eventTime = 8
        /// `time_unix_nano` of a log record or a data point.
        case time = 9
        /// `observed_time_unix_nano` of a log record.
        case observedTime = 10
        /// `time_unix_nano` of an exemplar.
        case exemplarTime = 11

        /// How many bytes the hole takes: 8 or 16.
        @inlinable public var width: Int {
            self == .traceID || self == .otherTraceID ? 16 : 8
        }

        /// Whether the hole holds a `fixed64` timestamp rather than an id.
        @inlinable public var isTime: Bool { rawValue >= Kind.startTime.rawValue }
    }

    /// Where the hole begins, in bytes from the payload's start.
    public let offset: UInt32

    /// What it holds.
    public internal(set) var kind: Kind
}
