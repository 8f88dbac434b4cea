extension OTLPSender {
    /// How to send.
    public struct Configuration: Equatable, Sendable {
        /// The most connections open at once, at least 1.
        ///
        /// Each carries one request at a time over
        /// HTTP, and as many as the server lets over gRPC; what exceeds them waits in order.
        public var connections: Int
        /// Sent with each request, after what OTLP asks for.
        public var headers: [Header]
        /// From a request's sending to the end of its answer.
        public var requestTimeout: Duration
        /// From the attempt to connect to the connection.
        public var connectTimeout: Duration
        /// What is done to bodies.
        public var compression: Compression
        /// How requests are put into bytes.
        public var wireProtocol: WireProtocol
        /// For `https` endpoints; without, the system's certificates are trusted.
        public var tls: ClientTLS?

        /// 64 connections, ten seconds for a request and five to connect, uncompressed, unless told
        /// otherwise.
        public init(
            connections: Int = 64,
            headers: [Header] = [],
            requestTimeout: Duration = .seconds(10),
            connectTimeout: Duration = .seconds(5),
            compression: Compression = .none,
            wireProtocol: WireProtocol = .httpProtobuf,
            tls: ClientTLS? = nil
        ) {
            self.connections = max(1, connections)
            self.headers = headers
            self.requestTimeout = requestTimeout
            self.connectTimeout = connectTimeout
            self.compression = compression
            self.wireProtocol = wireProtocol
            self.tls = tls
        }
    }

    /// How export requests go over the network, by the names that
    /// `OTEL_EXPORTER_OTLP_PROTOCOL` has for it.
    public enum WireProtocol: String, CaseIterable, Sendable {
        /// Encoded messages in HTTP/1.1 requests.
        case httpProtobuf = "http/protobuf"
        /// Messages as JSON in HTTP/1.1 requests, turned into it on the caller's task.
        case httpJSON = "http/json"
        /// Encoded messages in gRPC calls.
        case grpc

        /// The port that servers listen on when none is named.
        public var defaultPort: Int { self == .grpc ? 4317 : 4318 }

        // As TLS's protocol negotiation names it.
        var negotiatedName: String { self == .grpc ? "h2" : "http/1.1" }
    }

    /// The content encoding of request bodies.
    public enum Compression: String, CaseIterable, Sendable {
        /// Bodies as they are.
        case none
        /// gzip at its fastest level, done on the caller's task.
        case gzip
    }

    /// A header of every request, such as the `Authorization` that a server asks for.
    ///
    /// Printing one shows its name only: the value may be a secret.
    public struct Header: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
        /// The field's name.
        public let name: String
        let value: String

        // What the sender itself must decide: the message's bounds and its kind.
        private static let reserved: Set<String> = [
            "connection", "content-encoding", "content-length", "content-type", "expect", "te",
            "grpc-accept-encoding", "grpc-encoding", "trailer", "transfer-encoding", "upgrade",
        ]

        /// A header field.
        /// - Throws: ``OTLPTransportError/invalidHeader(name:reason:)`` for a name that is not a
        ///   token or is the sender's to set, and for a value with control characters.
        public init(name: String, value: String) throws(OTLPTransportError) {
            let shown = String(printable: name, limit: 100)
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else {
                throw .invalidHeader(name: shown, reason: "not a header's name")
            }
            guard !Self.reserved.contains(name.lowercased()) else {
                throw .invalidHeader(name: shown, reason: "set by the sender itself")
            }
            let isSendable = value.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }
            guard isSendable else {
                throw .invalidHeader(name: shown, reason: "its value has control characters")
            }
            self.name = name
            self.value = value
        }

        /// The name alone.
        public var description: String { "\(name): …" }

        /// The name alone.
        public var customMirror: Mirror { Mirror(self, children: ["name": name]) }

        /// RFC 9110, section 5.6.2.
        private static func isTokenByte(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
    }
}
