import NIOCore
import NIOPosix
import NIOSSL
import OTLP

/// Connects once more to a server that wasn't trusted, to say what is wrong with its certificate.
enum CertificateInspection {
    private static let timeout: Duration = .seconds(5)

    /// A reason where the certificate's dates are one; nothing is sent to the server.
    static func reason(
        _ endpoint: OTLPEndpoint,
        context: NIOSSLContext,
        now: Timestamp
    ) async -> String? {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let found = eventLoop.makePromise(of: NIOSSLCertificate?.self)
        let timeout = TimeAmount(bounded: timeout)
        eventLoop.scheduleTask(in: timeout) { found.succeed(nil) }
        let connected = ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(
                            context: context,
                            serverHostname: endpoint.serverName,
                            customVerificationCallback: { chain, verdict in
                                found.succeed(chain.first)
                                verdict.succeed(.failed)
                            }
                        )
                    )
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
        connected.whenFailure { _ in found.succeed(nil) }
        connected.whenSuccess { channel in
            channel.closeFuture.whenComplete { _ in found.succeed(nil) }
        }
        let certificate = try? await found.futureResult.get()
        try? await connected.get().close()
        guard let certificate else { return nil }
        let seconds = Int(clamping: now.unixNanoseconds / 1_000_000_000)
        if seconds > Int(certificate.notValidAfter) { return "its certificate has expired" }
        if seconds < Int(certificate.notValidBefore) { return "its certificate is not valid yet" }
        return nil
    }
}

extension OTLPEndpoint {
    /// What the server is called in TLS, which has no such name for addresses.
    var serverName: String? {
        (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
    }
}
