import NIOCore
import NIOHPACK
import OTLP

/// The header fields of the three kinds of call (gRPC over HTTP/2, "Requests").
struct GRPCRequestHeads: Sendable {
    private let heads: PerSignal<HPACKHeaders>

    init(endpoint: OTLPEndpoint, configuration: OTLPSender.Configuration) {
        heads = PerSignal { Self.head($0, endpoint: endpoint, configuration: configuration) }
    }

    subscript(signal: Signal) -> HPACKHeaders { heads[signal] }

    private static func head(
        _ signal: Signal,
        endpoint: OTLPEndpoint,
        configuration: OTLPSender.Configuration
    ) -> HPACKHeaders {
        var fields = [
            (":method", "POST"), (":scheme", endpoint.isSecure ? "https" : "http"),
            (":path", "/\(signal.service)/Export"), (":authority", endpoint.authority),
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

    /// At most eight digits and a unit.
    private static func timeout(_ duration: Duration) -> String {
        let milliseconds = TimeAmount(bounded: duration).nanoseconds / 1_000_000
        return milliseconds < 100_000_000
            ? "\(max(1, milliseconds))m" : "\(milliseconds / 1_000)S"
    }
}
