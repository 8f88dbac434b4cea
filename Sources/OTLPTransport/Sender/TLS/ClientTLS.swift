import NIOSSL

/// Whom a sender trusts, and who it is itself, over TLS.
public struct ClientTLS: Sendable {
    private let settings: Settings
    private let configuration: TLSConfiguration

    // What the value was made of, and by what values are told apart.
    private struct Settings: Equatable {
        let authorities: String?
        let certificate: String?
        let key: String?
        let acceptsAnyCertificate: Bool
    }

    /// Reads the files, all of them PEM.
    ///
    /// - Parameters:
    ///   - authorities: Certificates of the authorities that are trusted in place of the system's.
    ///   - certificate: The client's own certificate, with what leads from it to an authority.
    ///   - key: The key of that certificate; each asks for the other.
    ///   - acceptsAnyCertificate: Whether the server may be anyone. The connection is encrypted, and
    ///     nobody knows to whom.
    /// - Throws: ``OTLPTransportError/unusableTLSFile(path:reason:)`` for a file that can't be read
    ///   or isn't what it should be, and for a key that isn't the certificate's.
    public init(
        authorities: String? = nil,
        certificate: String? = nil,
        key: String? = nil,
        acceptsAnyCertificate: Bool = false
    ) throws(OTLPTransportError) {
        settings = Settings(
            authorities: authorities,
            certificate: certificate,
            key: key,
            acceptsAnyCertificate: acceptsAnyCertificate
        )
        var configuration = TLSConfiguration.makeClientConfiguration()
        if acceptsAnyCertificate { configuration.certificateVerification = .none }
        if let authorities {
            configuration.trustRoots = .certificates(try Self.certificates(in: authorities))
        }
        if let certificate {
            configuration.certificateChain = try Self.certificates(in: certificate)
                .map { .certificate($0) }
            guard let key else {
                throw .unusableTLSFile(path: certificate, reason: "a certificate without its key")
            }
            configuration.privateKey = .privateKey(try Self.privateKey(in: key))
        } else if let key {
            throw .unusableTLSFile(path: key, reason: "a key without its certificate")
        }
        self.configuration = configuration
        do {
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw .unusableTLSFile(
                path: key ?? authorities ?? "the system's certificates",
                reason: key.map { _ in "not the key of the certificate in \(certificate ?? "")" }
                    ?? TLSFailure.reason(of: error)
            )
        }
    }

    /// What connections for the protocol are made with.
    func context(for wireProtocol: OTLPSender.WireProtocol) throws -> NIOSSLContext {
        var configuration = configuration
        configuration.applicationProtocols = [wireProtocol.negotiatedName]
        return try NIOSSLContext(configuration: configuration)
    }

    private static func certificates(
        in path: String
    ) throws(OTLPTransportError) -> [NIOSSLCertificate] {
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw unusable(path, error, wanted: "certificate")
        }
        guard !certificates.isEmpty else {
            throw .unusableTLSFile(path: path, reason: "no certificate in PEM")
        }
        return certificates
    }

    private static func privateKey(in path: String) throws(OTLPTransportError) -> NIOSSLPrivateKey {
        do {
            return try NIOSSLPrivateKey(file: path, format: .pem)
        } catch {
            throw unusable(path, error, wanted: "private key")
        }
    }

    private static func unusable(
        _ path: String,
        _ error: any Error,
        wanted: String
    ) -> OTLPTransportError {
        // Both may be told only by trying: the library's errors don't say which it was.
        let reason =
            FileProbe.unreadableReason(path) ?? "no \(wanted) in PEM, or one behind a passphrase"
        return .unusableTLSFile(path: path, reason: reason)
    }
}

extension ClientTLS: Equatable {
    /// Whether both were made of the same files and settings.
    public static func == (first: ClientTLS, second: ClientTLS) -> Bool {
        first.settings == second.settings
    }
}
