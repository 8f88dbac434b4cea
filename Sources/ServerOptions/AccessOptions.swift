public import ArgumentParser
import Foundation
public import OTLPTransport

/// Who may send to a program that receives OTLP: the options that such programs share.
public struct AccessOptions: ParsableArguments, Sendable {
    @Option(help: "The server's certificate chain, a file in PEM: receive with TLS.")
    var tlsCert: String?

    @Option(help: "The certificate's key, a file in PEM.")
    var tlsKey: String?

    @Option(help: "Take clients with a certificate of these roots alone, a file in PEM.")
    var tlsClientCa: String?

    @Option(
        help: ArgumentHelp(
            """
            Take clients alone that send this as bearer token; better kept from other users' eyes \
            by --token-file or the environment variable \(BearerToken.environmentName).
            """,
            valueName: "text"
        )
    )
    var token: String?

    @Option(help: "The file with that token.")
    var tokenFile: String?

    /// Without TLS, for everybody.
    public init() {}

    /// Refuses options that say nothing without one another, or exclude each other.
    public func validate() throws {
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key go together")
        }
        guard tlsClientCa == nil || tlsCert != nil else {
            throw ValidationError("--tls-client-ca needs --tls-cert and --tls-key")
        }
        guard token == nil || tokenFile == nil else {
            throw ValidationError("--token and --token-file exclude each other")
        }
    }

    /// How the program serves TLS; nil where it doesn't.
    ///
    /// Throws what `ServerTLS` does where a file can't be used.
    public var tls: ServerTLS? {
        get throws {
            guard let tlsCert, let tlsKey else { return nil }
            return try ServerTLS(
                certificatePath: tlsCert,
                keyPath: tlsKey,
                clientAuthorityPath: tlsClientCa
            )
        }
    }

    /// The token that clients must send, given as an option or in the environment; nil where anybody
    /// may send.
    ///
    /// Throws what `BearerToken.given` does where it can't be used.
    public var bearerToken: BearerToken? {
        get throws {
            try BearerToken.given(
                text: token,
                file: tokenFile,
                environment: ProcessInfo.processInfo.environment
            )
        }
    }
}
