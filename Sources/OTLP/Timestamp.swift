/// An instant of wall-clock time: nanoseconds since the Unix epoch, as OTLP's `fixed64` fields
/// keep it.
///
/// Zero means "unset" wherever OTLP uses the type.
public struct Timestamp: Comparable, Hashable, Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public var unixNanoseconds: UInt64

    /// An instant that many nanoseconds after the epoch.
    public init(unixNanoseconds: UInt64) {
        self.unixNanoseconds = unixNanoseconds
    }

    /// Whether the first instant is the earlier one.
    public static func < (lhs: Timestamp, rhs: Timestamp) -> Bool {
        lhs.unixNanoseconds < rhs.unixNanoseconds
    }
}
