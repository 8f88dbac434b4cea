import NIOSSL

/// Says in a few words why two sides don't agree on TLS.
enum TLSFailure {
    // BoringSSL's names of what went wrong, where they say more than themselves.
    private static let reasons = [
        (verification, "its certificate is not trusted; --ca names the authority that issued it"),
        ("WRONG_VERSION_NUMBER", "the server doesn't speak TLS; try http:// in place of https://"),
        ("CERTIFICATE_REQUIRED", "the server asks for a client certificate; see --cert and --key"),
        ("UNKNOWN_CA", "the server doesn't trust the client's certificate"),
        ("BAD_CERTIFICATE", "the server doesn't take the client's certificate"),
        ("CERTIFICATE_EXPIRED", "the client's certificate has expired"),
        ("NO_APPLICATION_PROTOCOL", "the server doesn't speak the protocol"),
        ("PROTOCOL_VERSION", "the server wants another version of TLS"),
        ("EOF during handshake", "the server closed the connection during the TLS handshake"),
    ]

    private static let verification = "CERTIFICATE_VERIFY_FAILED"

    /// The reason of an error that NIOSSL gives.
    static func reason(of error: any Error) -> String {
        if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            return "its certificate is for another host"
        }
        let text = "\(error)"
        return reasons.first { text.contains($0.0) }?.1 ?? String(printable: text, limit: 200)
    }

    /// Whether the server was found to be none that is trusted.
    static func isUntrusted(_ error: any Error) -> Bool {
        "\(error)".contains(verification)
    }

    /// Whether the error is one of TLS.
    static func isTLS(_ error: any Error) -> Bool {
        error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError
    }
}
