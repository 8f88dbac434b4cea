import NIOCore
import OTLP

/// The encoded heads of the three kinds of request, up to the number of the content length.
struct RequestHeads: Sendable {
    private let heads: PerSignal<ByteBuffer>

    init(endpoint: OTLPEndpoint, configuration: OTLPSender.Configuration) {
        heads = PerSignal { Self.head($0, endpoint: endpoint, configuration: configuration) }
    }

    /// Writes a complete head into the buffer, whose storage is reused when nobody else holds it.
    func write(_ signal: Signal, bodyBytes: Int, into buffer: inout ByteBuffer) {
        buffer.clear()
        buffer.writeImmutableBuffer(heads[signal])
        buffer.writeString(String(bodyBytes))
        buffer.writeStaticString("\r\n\r\n")
    }

    private static func head(
        _ signal: Signal,
        endpoint: OTLPEndpoint,
        configuration: OTLPSender.Configuration
    ) -> ByteBuffer {
        let type =
            switch configuration.wireProtocol {
            case .httpProtobuf, .grpc: "application/x-protobuf"
            case .httpJSON: "application/json"
            }
        var fields = [
            ("Host", endpoint.authority), ("User-Agent", "playback"),
            ("Content-Type", type), ("Accept", type),
        ]
        for header in configuration.headers {
            fields.removeAll { $0.0.lowercased() == header.name.lowercased() }
        }
        fields += configuration.headers.map { ($0.name, $0.value) }
        if configuration.compression == .gzip { fields.append(("Content-Encoding", "gzip")) }
        let lines = fields.map { "\($0): \($1)\r\n" }.joined()
        return ByteBuffer(
            string: "POST \(endpoint.path(for: signal)) HTTP/1.1\r\n\(lines)Content-Length: "
        )
    }
}
