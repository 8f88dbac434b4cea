import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOSSL

/// What a receiver proves itself with, and whom it lets in.
public struct ServerTLS: Sendable {
    private let certificatePath: String
    private let keyPath: String
    private let clientAuthorityPath: String?

    /// The configuration of a server that speaks HTTP/1.1.
    let configuration: TLSConfiguration

    /// A certificate chain and its key, from files in PEM.
    ///
    /// - Parameters:
    ///   - certificatePath: The server's certificate, then those that lead to its root.
    ///   - keyPath: The key of the first certificate, without a passphrase.
    ///   - clientAuthorityPath: The roots that clients' certificates must lead to; nil asks clients
    ///     for none.
    /// - Throws: ``OTLPTransportError/unusableServerCertificate(path:reason:)``.
    public init(
        certificatePath: String,
        keyPath: String,
        clientAuthorityPath: String? = nil
    ) throws(OTLPTransportError) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.clientAuthorityPath = clientAuthorityPath
        let chain = try Self.reading(certificatePath, "it holds no certificate in PEM") {
            try NIOSSLCertificate.fromPEMFile(certificatePath)
        }
        let key = try Self.reading(keyPath, "it holds no private key in PEM without a passphrase") {
            try NIOSSLPrivateKey(file: keyPath, format: .pem)
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let clientAuthorityPath {
            let roots = try Self.reading(clientAuthorityPath, "it holds no certificate in PEM") {
                try NIOSSLCertificate.fromPEMFile(clientAuthorityPath)
            }
            configuration.trustRoots = .certificates(roots)
            configuration.certificateVerification = .noHostnameVerification
        }
        _ = try Self.reading(keyPath, "it is not the key of \(certificatePath)") {
            try NIOSSLContext(configuration: configuration)
        }
        self.configuration = configuration
    }

    /// The same for a server that speaks gRPC.
    var grpcSecurity: HTTP2ServerTransport.Posix.TransportSecurity {
        .tls(
            certificateChain: [.file(path: certificatePath, format: .pem)],
            privateKey: .file(path: keyPath, format: .pem)
        ) { tls in
            guard let clientAuthorityPath else { return }
            tls.trustRoots = .certificates([.file(path: clientAuthorityPath, format: .pem)])
            tls.clientCertificateVerification = .noHostnameVerification
        }
    }

    private static func reading<Value>(
        _ path: String,
        _ reason: String,
        _ body: () throws -> Value
    ) throws(OTLPTransportError) -> Value {
        do {
            return try body()
        } catch is NIOSSLError {
            throw .unusableServerCertificate(path: path, reason: reason)
        } catch let error as IOError {
            throw .unusableServerCertificate(path: path, reason: ConnectFailure.reason(of: error))
        } catch {
            throw .unusableServerCertificate(path: path, reason: reason)
        }
    }
}
