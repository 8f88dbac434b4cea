import NIOCore
import NIOHPACK
import OTLP

/// The header fields of the three kinds of call (gRPC over HTTP/2, "Requests").
struct GRPCRequestHeads: Sendable {
    private let traces: HPACKHeaders
    private let metrics: HPACKHeaders
    private let logs: HPACKHeaders

    init(endpoint: OTLPEndpoint, configuration: OTLPSender.Configuration) {
        func head(_ signal: Signal) -> HPACKHeaders {
            Self.head(signal, endpoint: endpoint, configuration: configuration)
        }
        traces = head(.traces)
        metrics = head(.metrics)
        logs = head(.logs)
    }

    subscript(signal: Signal) -> HPACKHeaders {
        switch signal {
        case .traces: traces
        case .metrics: metrics
        case .logs: logs
        }
    }

    private static func head(
        _ signal: Signal,
        endpoint: OTLPEndpoint,
        configuration: OTLPSender.Configuration
    ) -> HPACKHeaders {
        var fields = [
            (":method", "POST"), (":scheme", endpoint.isSecure ? "https" : "http"),
            (":path", path(signal)), (":authority", endpoint.authority),
            ("te", "trailers"), ("content-type", "application/grpc+proto"),
            ("grpc-timeout", timeout(configuration.requestTimeout)),
            ("grpc-accept-encoding", "identity"), ("user-agent", "playback"),
        ]
        if configuration.compression == .gzip { fields.append(("grpc-encoding", "gzip")) }
        for header in configuration.headers where header.name.lowercased() != "host" {
            fields.removeAll { $0.0 == header.name.lowercased() }
        }
        for header in configuration.headers {
            let name = header.name.lowercased()
            if name == "host" {
                fields[3].1 = header.value
            } else {
                fields.append((name, header.value))
            }
        }
        return HPACKHeaders(fields)
    }

    private static func path(_ signal: Signal) -> String {
        let service =
            switch signal {
            case .traces: "trace.v1.TraceService"
            case .metrics: "metrics.v1.MetricsService"
            case .logs: "logs.v1.LogsService"
            }
        return "/opentelemetry.proto.collector.\(service)/Export"
    }

    /// At most eight digits and a unit.
    private static func timeout(_ duration: Duration) -> String {
        let milliseconds = TimeAmount(bounded: duration).nanoseconds / 1_000_000
        return milliseconds < 100_000_000
            ? "\(max(1, milliseconds))m" : "\(milliseconds / 1_000)S"
    }
}
