import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What can keep telemetry from being received or sent at all, each case with what was found.
public enum OTLPTransportError: Error, Equatable {
    /// Another program listens on the port already.
    case addressInUse(host: String, port: Int)
    /// The host is not an address of this machine, or the port needs privileges.
    case addressUnavailable(host: String, port: Int, reason: String)
    /// A certificate or key that a receiver can't use.
    case unusableServerCertificate(path: String, reason: String)
    /// A token that no header could carry; its text is left out.
    case unusableToken
    /// The text does not name an OTLP endpoint.
    case invalidEndpoint(String, EndpointFault)
    /// A header that can't be sent; its value is left out, as it may be a secret.
    case invalidHeader(name: String, reason: String)
    /// An environment variable that can't be used; its value is left out where it may be a secret.
    case invalidVariable(name: String, reason: String)
    /// A file for TLS that can't be used.
    case unusableTLSFile(path: String, reason: String)
    /// No connection to an endpoint, or none that speaks what it is to speak.
    case noConnection(endpoint: String, reason: String)

    /// What is wrong with the text of an endpoint.
    public enum EndpointFault: Error, Equatable {
        /// No `http://` or `https://` in front.
        case missingScheme
        /// A scheme other than `http` and `https`.
        case unsupportedScheme(String)
        /// A user name or a password before the host.
        case containsCredentials
        /// Nothing between `//` and the port or path.
        case emptyHost
        /// A host that is neither a name nor an IPv4 address nor an IPv6 address in brackets.
        case invalidHost(String)
        /// A port that is not a number from 1 to 65535.
        case invalidPort(String)
        /// A path with a space, a query, a fragment or anything but printable ASCII.
        case invalidPath(String)
        /// A path where gRPC has its own.
        case pathWithGRPC(String)
    }

    /// The typed form of what `bind` failed with, or nil for an error that isn't about the address.
    public init?(bindFailure error: any Error, host: String, port: Int) {
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE:
            self = .addressInUse(host: host, port: port)
        case let error as IOError where [EACCES, EADDRNOTAVAIL].contains(error.errnoCode):
            let reason = String(cString: strerror(error.errnoCode))
            self = .addressUnavailable(host: host, port: port, reason: reason)
        case is SocketAddressError:
            self = .addressUnavailable(host: host, port: port, reason: "no such host")
        default:
            return nil
        }
    }
}

extension OTLPTransportError: CustomStringConvertible {
    /// One line that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .addressInUse(let host, let port):
            "\(host):\(port) is in use by another program; stop it or choose another port"
        case .addressUnavailable(let host, let port, let reason):
            "can't listen on \(host):\(port): \(reason)"
        case .unusableServerCertificate(let path, let reason):
            "\(path): can't be used for TLS: \(reason)"
        case .unusableToken:
            "the token is empty, or has spaces or other characters than printable ASCII"
        case .invalidEndpoint(let text, let fault):
            "\(text): \(fault)"
        case .invalidHeader(let name, let reason):
            "header \(name): \(reason)"
        case .invalidVariable(let name, let reason):
            "\(name): \(reason)"
        case .unusableTLSFile(let path, let reason):
            "\(path): \(reason)"
        case .noConnection(let endpoint, let reason):
            "\(endpoint): \(reason)"
        }
    }
}

extension OTLPTransportError.EndpointFault: CustomStringConvertible {
    /// What is wrong and what an endpoint looks like.
    public var description: String {
        switch self {
        case .missingScheme: "an endpoint starts with http://, as in http://127.0.0.1:4318"
        case .unsupportedScheme(let scheme): "\(scheme) isn't supported; use http or https"
        case .containsCredentials: "credentials belong in a header, not in the endpoint"
        case .emptyHost: "the host is missing"
        case .invalidHost(let host):
            "\(host) is not a host; an IPv6 address stands in brackets, as in http://[::1]:4318"
        case .invalidPort(let port): "\(port) is not a port from 1 to 65535"
        case .invalidPath(let path):
            "\(path) is not a path; queries, fragments and spaces don't belong in an endpoint"
        case .pathWithGRPC(let path):
            "gRPC has paths of its own; leave \(path) away, as in http://127.0.0.1:4317"
        }
    }
}
