import OTLP

/// What the backends export, where to, and how.
///
/// Defaults are those of the OpenTelemetry SDK specification.
public struct TelemetryConfiguration: Sendable {
    /// The attributes of the resource that all items belong to, `service.name` among them.
    public var resourceAttributes: [String: String]

    /// How spans are exported.
    public var traces: SignalConfiguration

    /// How metric points are exported.
    public var metrics: SignalConfiguration

    /// How log records are exported.
    public var logs: SignalConfiguration

    /// Whether each measurement becomes a point of its own.
    public var metricsMode = MetricsMode.perMeasurement

    /// The interval to aggregate over where the caller has no wish of its own; it has no effect
    /// until put into ``metricsMode``.
    public var metricExportInterval = Duration.seconds(60)

    /// Units and descriptions by metric label, since swift-metrics carries none.
    public var metricDescriptions: [String: MetricDescription] = [:]

    /// How many series a metric may have; what exceeds it goes to one series with the attribute
    /// `otel.metric.overflow` (Metrics SDK specification, "Cardinality limits").
    public var cardinalityLimit = 2_000

    /// How much a span may hold.
    public var spanLimits = SpanLimits()

    /// How long to wait before an export request is sent again.
    public var retry = RetryConfiguration()

    /// How long the final flush may take once shutdown begins.
    public var shutdownTimeout = Duration.seconds(10)

    /// The specification's defaults, exporting to the receiver at a base URL, to which each
    /// signal's path is appended.
    public init(serviceName: String, endpoint: String = TelemetryConfiguration.defaultEndpoint) {
        resourceAttributes = ["service.name": serviceName]
        traces = SignalConfiguration(endpoint: Self.endpoint(of: .traces, under: endpoint))
        traces.scheduleDelay = .seconds(5)
        metrics = SignalConfiguration(endpoint: Self.endpoint(of: .metrics, under: endpoint))
        logs = SignalConfiguration(endpoint: Self.endpoint(of: .logs, under: endpoint))
    }

    /// Where OTLP over HTTP goes unless told otherwise (OTLP exporter specification).
    public static let defaultEndpoint = "http://localhost:4318"

    static func endpoint(of signal: Signal, under base: String) -> String {
        base.hasSuffix("/") ? base + signal.path.dropFirst() : base + signal.path
    }
}

/// How the items of one signal are batched and exported.
public struct SignalConfiguration: Sendable {
    /// The URL that export requests are posted to, its path included.
    public var endpoint: String

    /// Header fields sent with each export request; their values are never shown.
    public var headers: [String: String] = [:]

    /// How long one export request may take, with all its retries.
    public var timeout = Duration.seconds(10)

    /// How long the batch processor waits for an export; the shorter of this and ``timeout`` holds.
    public var exportTimeout = Duration.seconds(30)

    /// How many items may wait, at least 1; further ones are dropped and counted.
    public var maximumQueueSize = 2_048

    /// How many items one export request holds, from 1 to ``maximumQueueSize``; as soon as so many
    /// wait, they are exported.
    public var maximumBatchSize = 512

    /// How long an item waits at most before its export is due.
    public var scheduleDelay = Duration.seconds(1)

    /// The defaults, exporting to a URL that is used as it is.
    public init(endpoint: String) {
        self.endpoint = endpoint
    }
}

/// How measurements become metric points.
public enum MetricsMode: Equatable, Sendable {
    /// Each measurement is exported as a delta point of its own, batched as spans are.
    case perMeasurement

    /// The measurements of a series are aggregated, and exported as one delta point an interval.
    case aggregated(interval: Duration)
}

/// What swift-metrics doesn't say about a metric.
public struct MetricDescription: Equatable, Sendable {
    /// The unit, in UCUM's case-sensitive notation: `s`, `By`, `{order}`.
    public var unit: String

    /// What the metric measures, in a sentence.
    public var description: String

    /// A metric's unit and description.
    public init(unit: String, description: String = "") {
        self.unit = unit
        self.description = description
    }
}

/// How much a span may hold; what exceeds it is dropped and counted in the span
/// (Trace SDK specification, "Span Limits").
public struct SpanLimits: Equatable, Sendable {
    /// Attributes of a span, an event or a link.
    public var attributes = 128

    /// Events of a span.
    public var events = 128

    /// Links of a span.
    public var links = 128

    /// The specification's limits.
    public init() {}
}

/// The exponential backoff between two attempts to export; half of each wait is random.
public struct RetryConfiguration: Equatable, Sendable {
    /// The longest wait before the first retry.
    public var initialBackoff = Duration.seconds(1)

    /// The longest wait before any retry, unless the receiver asks for a longer one.
    public var maximumBackoff = Duration.seconds(5)

    /// What the wait is multiplied with from one retry to the next.
    public var multiplier = 1.5

    /// The defaults the OpenTelemetry SDKs share.
    public init() {}
}
