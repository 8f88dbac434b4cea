/// What one pass over an export request found: its items, with the fields the item tables need,
/// and every hole.
///
/// All byte ranges and offsets count from the payload's start, so a scan is of use only together
/// with the payload it was made from. An offset of −1 means the field is absent.
public struct RequestScan: Sendable {
    /// A range of the payload's bytes.
    public typealias Bytes = Range<Int32>

    /// A `ResourceSpans`, `ResourceMetrics` or `ResourceLogs`.
    public struct Resource: Sendable {
        /// The whole entry, without its tag and length.
        public let entry: Bytes
        /// The encoded `Resource` message; empty where there is none.
        public internal(set) var message: Bytes = 0..<0
        /// The value of `service.name`, UTF-8; empty where there is none.
        public internal(set) var serviceName: Bytes = 0..<0
    }

    /// A `Metric`, whose data points are items of their own.
    public struct Metric: Sendable {
        /// Its name, UTF-8.
        public internal(set) var name: Bytes = 0..<0
        /// Its unit, UTF-8.
        public internal(set) var unit: Bytes = 0..<0
        /// Which kind of data it holds.
        public internal(set) var type: MetricType = .none
        /// `AggregationTemporality`: 0 unspecified, 1 delta, 2 cumulative.
        public internal(set) var temporality: UInt8 = 0
    }

    /// A span, a data point or a log record.
    public struct Item: Sendable {
        /// The index of the first of its holes in ``RequestScan/holes``; they follow each other in
        /// the order of their offsets.
        public let firstHole: Int32
        /// How many holes it has.
        public internal(set) var holeCount: Int32 = 0
        /// The index of its resource in ``RequestScan/resources``.
        public let resource: Int32
        /// The index of its metric in ``RequestScan/metrics``; −1 for spans and log records.
        public internal(set) var metric: Int32 = -1
        /// A span's name or a log record's event name, UTF-8.
        public internal(set) var name: Bytes = 0..<0
        /// A log record's body where it is a string, UTF-8.
        public internal(set) var body: Bytes = 0..<0
        /// Where the item's trace id stands.
        public internal(set) var traceIDOffset: Int32 = -1
        /// Where the item's span id stands.
        public internal(set) var spanIDOffset: Int32 = -1
        /// Where the id of a span's parent stands.
        public internal(set) var parentSpanIDOffset: Int32 = -1
        /// A span's or a data point's start, in Unix nanoseconds; 0 is unset.
        public internal(set) var startUnixNanoseconds: UInt64 = 0
        /// A span's end, a data point's or a log record's time, in Unix nanoseconds; 0 is unset.
        public internal(set) var timeUnixNanoseconds: UInt64 = 0
        /// When a log record was observed, in Unix nanoseconds; 0 is unset.
        public internal(set) var observedUnixNanoseconds: UInt64 = 0
        /// `SpanKind` of a span, `SeverityNumber` of a log record.
        public internal(set) var kind: UInt8 = 0
        /// A span's `StatusCode`: 0 unset, 1 ok, 2 error.
        public internal(set) var status: UInt8 = 0
        /// A number point's value, or the sum of a histogram or summary point.
        public internal(set) var value: Double = 0
        /// The count of a histogram or summary point.
        public internal(set) var count: UInt64 = 0
        /// Its attributes, from the first one's length to the last one's end; an
        /// ``AttributeCursor`` reads them.
        package internal(set) var attributes: Bytes = 0..<0
    }

    /// The kinds of data a metric holds.
    ///
    /// The raw values are the field numbers of `Metric.data`.
    public enum MetricType: UInt8, Sendable {
        /// A metric without data.
        case none = 0
        /// A gauge.
        case gauge = 5
        /// A sum, monotonic or not.
        case sum = 7
        /// A histogram with explicit bounds.
        case histogram = 9
        /// A histogram with exponential bounds.
        case exponentialHistogram = 10
        /// A summary.
        case summary = 11
    }

    /// The request's resources, in their order.
    public internal(set) var resources: [Resource] = []
    /// The request's metrics, in their order.
    public internal(set) var metrics: [Metric] = []
    /// The request's items, in their order.
    public internal(set) var items: [Item] = []
    /// Every hole, in the order of their offsets.
    public internal(set) var holes: [Hole] = []
}

extension RequestScan.Bytes {
    /// The same places as an array of the payload's bytes counts them.
    package var places: Range<Int> { Int(lowerBound)..<Int(upperBound) }
}
