import NIOCore
import NIOPosix
public import OTLP

/// Where an OTLP server listens: `http://host[:port][/base]`, or `https://…` for TLS.
public struct OTLPEndpoint: Equatable, Sendable {
    /// How the path of a request comes from that of the endpoint.
    public enum Scope: Sendable {
        /// A base, to which `/v1/…` is added.
        case allSignals
        /// The whole path, as it is.
        case oneSignal
    }

    /// The port OTLP/HTTP servers listen on when none is named.
    public static let defaultPort = 4318

    /// The port of `https` when none is named: that of whatever takes telemetry on the internet.
    public static let defaultSecurePort = 443

    /// Whether connections are encrypted.
    public let isSecure: Bool

    /// A host name, an IPv4 address, or an IPv6 address without its brackets.
    public let host: String

    /// From 1 to 65535.
    public let port: Int

    /// What stands before `/v1/…` in a path: empty, or starting with a slash and ending without.
    ///
    /// For an endpoint of one signal, all of its path.
    public let basePath: String

    private let scope: Scope

    /// Parses the text of an endpoint.
    ///
    /// Without a port, it is the one of the protocol, or 443 for `https`. With gRPC, there is no path.
    /// - Throws: ``OTLPTransportError/invalidEndpoint(_:_:)`` for any other scheme than `http` and
    ///   `https`, for credentials in the text (which the error doesn't repeat), and for a malformed
    ///   host, port or path.
    public init(
        _ text: String,
        wireProtocol: OTLPSender.WireProtocol = .httpProtobuf,
        scope: Scope = .allSignals
    ) throws(OTLPTransportError) {
        do throws(OTLPTransportError.EndpointFault) {
            let (isSecure, authority, path) = try Self.schemeAuthorityAndPath(of: text)
            let (host, port) = try Self.hostAndPort(of: authority)
            self.isSecure = isSecure
            self.scope = scope
            self.host = try Self.validated(host: host, bracketed: authority.hasPrefix("["))
            self.port =
                try port.map(Self.validated)
                ?? (isSecure ? Self.defaultSecurePort : wireProtocol.defaultPort)
            let trimmed = try Self.validated(path: path)
            guard wireProtocol != .grpc || trimmed.isEmpty else {
                throw .pathWithGRPC(String(printable: path, limit: 100))
            }
            basePath = scope == .allSignals ? trimmed : String(path)
        } catch {
            let shown = error == .containsCredentials ? "the endpoint" : text
            throw .invalidEndpoint(String(printable: shown, limit: 200), error)
        }
    }

    /// The path that takes a signal's export requests.
    public func path(for signal: Signal) -> String {
        switch scope {
        case .allSignals: basePath + signal.path
        case .oneSignal: basePath.isEmpty ? "/" : basePath
        }
    }

    /// Where a signal's requests go, as a URL; gRPC has paths of its own, which it leaves out.
    public func url(for signal: Signal, _ wireProtocol: OTLPSender.WireProtocol) -> String {
        wireProtocol == .grpc ? description : "\(origin)\(path(for: signal))"
    }

    private var origin: String { "\(isSecure ? "https" : "http")://\(authority)" }

    /// The host and port as a URL and a `Host` header write them.
    public var authority: String { Self.authority(host: host, port: port) }

    /// A host and a port as a URL writes them: an IPv6 address in brackets.
    public static func authority(host: String, port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Whether a TCP connection to the endpoint opens within the time given; it is closed at once.
    public func isListening(timeout: Duration = .seconds(1)) async -> Bool {
        let channel = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(bounded: timeout))
            .connect(host: host, port: port)
            .get()
        guard let channel else { return false }
        try? await channel.close()
        return true
    }

    /// Finds out that an address to listen on is taken, before there is anything to undo.
    ///
    /// Port 0 is never taken. Another program may still be quicker: listening can fail afterwards.
    /// - Throws: ``OTLPTransportError/addressInUse(host:port:)``;
    ///   ``OTLPTransportError/invalidEndpoint(_:_:)`` where it is no address.
    public static func requireUnused(
        host: String,
        port: Int
    ) async throws(OTLPTransportError) {
        guard port != 0 else { return }
        let authority = authority(host: host, port: port)
        guard await !(try OTLPEndpoint("http://\(authority)").isListening()) else {
            throw .addressInUse(host: host, port: port)
        }
    }
}

extension OTLPEndpoint: CustomStringConvertible {
    /// The endpoint as a URL, its port always named.
    public var description: String {
        origin + basePath
    }
}

extension OTLPEndpoint {
    private typealias Fault = OTLPTransportError.EndpointFault

    private static func schemeAuthorityAndPath(
        of text: String
    ) throws(Fault) -> (isSecure: Bool, Substring, Substring) {
        guard let separator = text.firstRange(of: "://") else { throw .missingScheme }
        let scheme = text[..<separator.lowerBound]
        let isSecure: Bool
        switch scheme.lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        case "": throw .missingScheme
        default: throw .unsupportedScheme(String(printable: scheme, limit: 40))
        }
        let rest = text[separator.upperBound...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        guard !rest[..<end].contains("@") else { throw .containsCredentials }
        return (isSecure, rest[..<end], rest[end...])
    }

    private static func hostAndPort(of authority: Substring) throws(Fault) -> (
        Substring, Substring?
    ) {
        let hostEnd: Substring.Index
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else {
                throw .invalidHost(String(printable: authority, limit: 100))
            }
            hostEnd = authority.index(after: bracket)
        } else {
            hostEnd = authority.lastIndex(of: ":") ?? authority.endIndex
        }
        let rest = authority[hostEnd...]
        guard rest.isEmpty || rest.first == ":" else {
            throw .invalidHost(String(printable: authority, limit: 100))
        }
        return (authority[..<hostEnd], rest.isEmpty ? nil : rest.dropFirst())
    }

    private static func validated(host: Substring, bracketed: Bool) throws(Fault) -> String {
        guard !host.isEmpty, host != "[]" else { throw .emptyHost }
        if bracketed {
            let address = String(host.dropFirst().dropLast())
            guard address.contains(":"),
                (try? SocketAddress(ipAddress: address, port: 0)) != nil
            else { throw .invalidHost(String(printable: host, limit: 100)) }
            return address
        }
        let isName = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isName else { throw .invalidHost(String(printable: host, limit: 100)) }
        return String(host)
    }

    private static func validated(port: Substring) throws(Fault) -> Int {
        guard port.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int(port), (1...65535).contains(number)
        else { throw .invalidPort(String(printable: port, limit: 40)) }
        return number
    }

    private static func validated(path: Substring) throws(Fault) -> String {
        guard path.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
            !path.contains("?"), !path.contains("#")
        else { throw .invalidPath(String(printable: path, limit: 100)) }
        let trimmed = path.reversed().drop { $0 == "/" }
        return String(trimmed.reversed())
    }
}
