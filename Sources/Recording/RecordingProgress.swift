import CorpusStore
import Terminal

/// How a recording stands, for people.
enum RecordingProgress {
    /// Where a recording receives the telemetry of others, once it does.
    struct Ports {
        var http: Int?
        var grpc: Int?

        var line: String? {
            switch (http, grpc) {
            case (nil, nil): nil
            case (let http?, nil): "listening on port \(http)"
            case (nil, let grpc?): "listening on port \(grpc) for gRPC"
            case (let http?, let grpc?): "listening on ports \(http) and, for gRPC, \(grpc)"
            }
        }
    }

    static func line(_ totals: CorpusTotals, load: String?, ports: Ports) -> String {
        let recorded = """
            \(Quantity.count(totals.items)) items, \(Quantity.bytes(totals.payloadBytes)) recorded
            """
        if let load { return "\(load) · \(recorded)" }
        guard let line = ports.line else { return "starting" }
        return "\(line) · \(recorded)"
    }
}
