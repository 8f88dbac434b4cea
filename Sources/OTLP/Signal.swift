/// One of the three kinds of telemetry that OTLP carries.
public enum Signal: String, CaseIterable, Codable, Sendable {
    case traces
    case metrics
    case logs

    /// The path under which an OTLP/HTTP endpoint takes this signal (OTLP specification,
    /// "OTLP/HTTP Request").
    public var path: String {
        switch self {
        case .traces: "/v1/traces"
        case .metrics: "/v1/metrics"
        case .logs: "/v1/logs"
        }
    }

    /// What one item of this signal is called, in the plural: `spans`, `metric_points` or
    /// `log_records`.
    public var itemsName: String {
        switch self {
        case .traces: "spans"
        case .metrics: "metric_points"
        case .logs: "log_records"
        }
    }
}
