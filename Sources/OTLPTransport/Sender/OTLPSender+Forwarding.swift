import NIOCore
import NIOHTTP1
import OTLP

/// A server's answer, to be given to another client.
struct ForwardedAnswer {
    let status: Int
    /// Without what concerns the connection alone.
    let fields: [(name: String, value: String)]
    let body: ByteBuffer
}

/// Why there is none.
enum ForwardingFailure: Error, Equatable {
    case noAnswer(reason: String)
    case timedOut
}

extension OTLPSender {
    /// Passes on a request for another client, once, its body as it is, and waits for the answer.
    ///
    /// - Parameters:
    ///   - signal: Decides the path.
    ///   - fields: The client's header fields; those that concern its connection are left out.
    ///   - body: In whatever form and encoding the fields say.
    /// - Returns: whatever the server answered, a refusal too.
    /// - Throws: ``ForwardingFailure`` when there was no whole answer.
    func forward(
        _ signal: Signal,
        fields: [(name: String, value: String)],
        body: ByteBuffer
    ) async throws(ForwardingFailure) -> ForwardedAnswer {
        var head = ByteBuffer()
        head.writeString("POST \(endpoint.path(for: signal)) HTTP/1.1\r\n")
        head.writeString("Host: \(endpoint.authority)\r\n")
        for field in fields where !Self.isOfConnection(field.name) {
            head.writeString("\(field.name): \(field.value)\r\n")
        }
        head.writeString("Content-Length: \(body.readableBytes)\r\n\r\n")
        let exchange = Exchange(signal, body: body, head: head)
        let result = await result(of: exchange)
        if let raw = exchange.rawResponse?.raw, raw.isWhole {
            return ForwardedAnswer(
                status: Int(raw.head.status.code),
                fields: raw.head.headers.filter { !Self.isOfConnection($0.name) },
                body: raw.body
            )
        }
        switch result.outcome {
        case .timedOut: throw .timedOut
        case .disconnected(let reason), .invalidResponse(let reason):
            throw .noAnswer(reason: reason)
        default: throw .noAnswer(reason: "the request was not carried out")
        }
    }

    /// Fields that a proxy must not pass on, or sets itself (RFC 9110, section 7.6.1).
    private static func isOfConnection(_ name: String) -> Bool {
        switch name.lowercased() {
        case "connection", "content-length", "expect", "host", "keep-alive", "proxy-authenticate",
            "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding",
            "upgrade":
            true
        default: false
        }
    }
}
