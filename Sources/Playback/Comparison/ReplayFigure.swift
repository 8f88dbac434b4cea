import Latency
import Terminal

/// What runs are compared by; the raw value is its name in JSON, with its unit.
enum ReplayFigure: String, CaseIterable {
    case acceptedRequestsPerSecond = "accepted_requests_per_second"
    case elapsedSeconds = "elapsed_seconds"
    case latenessP50 = "lateness_p50_ms"
    case latenessP99 = "lateness_p99_ms"
    case serviceTimeP50 = "service_time_p50_ms"
    case serviceTimeP90 = "service_time_p90_ms"
    case serviceTimeP99 = "service_time_p99_ms"
    case responseTimeP50 = "response_time_p50_ms"
    case responseTimeP99 = "response_time_p99_ms"

    /// What people call it.
    var title: String {
        switch self {
        case .acceptedRequestsPerSecond: "accepted"
        case .elapsedSeconds: "elapsed"
        case .latenessP50: "lateness p50"
        case .latenessP99: "lateness p99"
        case .serviceTimeP50: "service time p50"
        case .serviceTimeP90: "service time p90"
        case .serviceTimeP99: "service time p99"
        case .responseTimeP50: "response time p50"
        case .responseTimeP99: "response time p99"
        }
    }

    func value(_ report: ReplayReport) -> Double {
        switch self {
        case .acceptedRequestsPerSecond: report.fidelity.acceptedRequestsPerSecond
        case .elapsedSeconds: report.elapsedSeconds
        case .latenessP50: report.latenessMs.p50
        case .latenessP99: report.latenessMs.p99
        case .serviceTimeP50: report.serviceTimeMs.p50
        case .serviceTimeP90: report.serviceTimeMs.p90
        case .serviceTimeP99: report.serviceTimeMs.p99
        case .responseTimeP50: report.responseTimeMs.p50
        case .responseTimeP99: report.responseTimeMs.p99
        }
    }

    /// The distribution it is a quantile of, and which; nil where it is none.
    func quantile(_ report: ReplayReport) -> (LatencyDistribution, Double)? {
        switch self {
        case .acceptedRequestsPerSecond, .elapsedSeconds: nil
        case .latenessP50: (report.latenessDistribution, 0.5)
        case .latenessP99: (report.latenessDistribution, 0.99)
        case .serviceTimeP50: (report.serviceTimeDistribution, 0.5)
        case .serviceTimeP90: (report.serviceTimeDistribution, 0.9)
        case .serviceTimeP99: (report.serviceTimeDistribution, 0.99)
        case .responseTimeP50: (report.responseTimeDistribution, 0.5)
        case .responseTimeP99: (report.responseTimeDistribution, 0.99)
        }
    }

    /// Whether a change of it has an interval.
    var hasInterval: Bool { self != .elapsedSeconds }

    /// Differences below this are the machine's, not the backend's.
    var indifference: Double {
        switch self {
        case .acceptedRequestsPerSecond, .elapsedSeconds: 0
        default: 0.1
        }
    }

    func text(_ value: Double) -> String {
        switch self {
        case .acceptedRequestsPerSecond: Quantity.rate(value, of: "requests")
        case .elapsedSeconds: Quantity.duration(.seconds(value))
        default: Quantity.milliseconds(value)
        }
    }
}

/// Values measured several times over.
struct Sample {
    /// Ascending.
    let values: [Double]

    init(_ values: [Double]) {
        self.values = values.sorted()
    }

    var mean: Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    var median: Double {
        guard !values.isEmpty else { return 0 }
        let middle = values.count / 2
        return values.count.isMultiple(of: 2)
            ? (values[middle - 1] + values[middle]) / 2 : values[middle]
    }

    /// The sample's standard deviation as a share of its mean; 0 for fewer than two values.
    var coefficientOfVariation: Double {
        guard values.count > 1, mean != 0 else { return 0 }
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot() / abs(mean)
    }
}
