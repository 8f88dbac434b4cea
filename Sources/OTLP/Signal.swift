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

    /// The service whose `Export` takes this signal by gRPC (OTLP specification, "OTLP/gRPC").
    public var service: String {
        switch self {
        case .traces: "opentelemetry.proto.collector.trace.v1.TraceService"
        case .metrics: "opentelemetry.proto.collector.metrics.v1.MetricsService"
        case .logs: "opentelemetry.proto.collector.logs.v1.LogsService"
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

extension Set<Signal> {
    /// Reads names with commas between them, as `--signals` takes them: `traces,logs`.
    /// - Throws: ``SignalError`` for a name that is none.
    public init(parsing text: String) throws(SignalError) {
        self = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let signal = Signal(rawValue: String(name)) else {
                throw .unknown(String(name))
            }
            insert(signal)
        }
    }
}

/// What is wrong with the names of signals.
public enum SignalError: Error, Equatable {
    /// A name that no signal has.
    case unknown(String)
}

extension SignalError: CustomStringConvertible {
    /// One line that says what is wrong and what to do.
    public var description: String {
        switch self {
        case .unknown(let text):
            "'\(text)' is not a signal; write traces, metrics, logs or several with commas between"
        }
    }
}
