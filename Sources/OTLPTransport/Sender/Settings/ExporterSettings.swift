public import OTLP

/// What was asked of whoever sends telemetry, nil where nothing was: the environment decides then.
public struct ExporterSettings: Sendable {
    /// The endpoint of all signals that have none of their own.
    public var endpoint: String?
    /// Endpoints of single signals, whose path is taken as it is.
    public var signalEndpoints: [Signal: String] = [:]
    /// How requests are put into bytes; http/protobuf unless somebody says otherwise.
    public var wireProtocol: OTLPSender.WireProtocol?
    /// Sent along, in place of the environment's of the same name.
    public var headers: [OTLPSender.Header] = []
    /// From a request's sending to the end of its answer; ten seconds unless somebody says otherwise.
    public var timeout: Duration?
    /// What is done to bodies; nothing unless somebody says otherwise.
    public var compression: OTLPSender.Compression?
    /// The file of the authorities that are trusted in place of the system's.
    public var authorities: String?
    /// The file of the client's own certificate.
    public var certificate: String?
    /// The file of its key.
    public var key: String?
    /// Whether the server may be anyone.
    public var acceptsAnyCertificate = false
    /// The most connections open at once.
    public var connections = 64

    /// Nothing is asked for.
    public init() {}

    /// How a signal's requests are put into bytes.
    /// - Throws: ``OTLPTransportError/invalidVariable(name:reason:)``
    public func wireProtocol(
        of signal: Signal,
        _ environment: ExporterEnvironment
    ) throws(OTLPTransportError) -> OTLPSender.WireProtocol {
        if let wireProtocol { return wireProtocol }
        return try environment.wireProtocol(signal) ?? .httpProtobuf
    }

    /// Where a signal's requests go: to its own endpoint, to the one for all, or to the
    /// environment's; nil where nobody names one.
    /// - Throws: ``OTLPTransportError/invalidEndpoint(_:_:)`` and
    ///   ``OTLPTransportError/invalidVariable(name:reason:)``
    public func endpoint(
        of signal: Signal,
        _ environment: ExporterEnvironment
    ) throws(OTLPTransportError) -> OTLPEndpoint? {
        let wireProtocol = try wireProtocol(of: signal, environment)
        let own = signalEndpoints[signal]
        guard let text = own ?? endpoint else {
            return try environment.endpoint(signal, wireProtocol)
        }
        return try OTLPEndpoint(
            text,
            wireProtocol: wireProtocol,
            scope: own == nil ? .allSignals : .oneSignal,
            isInsecureWithoutScheme: environment.isInsecure(signal)
        )
    }

    /// How a signal's requests are sent.
    ///
    /// Reads the files for TLS if there are any.
    /// - Throws: ``OTLPTransportError/invalidVariable(name:reason:)`` and
    ///   ``OTLPTransportError/unusableTLSFile(path:reason:)``
    public func configuration(
        of signal: Signal,
        _ environment: ExporterEnvironment,
        isSecure: Bool
    ) throws(OTLPTransportError) -> OTLPSender.Configuration {
        let names = Set(headers.map { $0.name.lowercased() })
        let inherited = try environment.headers(signal)
            .filter { !names.contains($0.name.lowercased()) }
        var configuration = OTLPSender.Configuration(
            connections: connections,
            headers: inherited + headers,
            wireProtocol: try wireProtocol(of: signal, environment)
        )
        if let timeout {
            configuration.requestTimeout = timeout
        } else if let timeout = try environment.timeout(signal) {
            configuration.requestTimeout = timeout
        }
        if let compression {
            configuration.compression = compression
        } else if let compression = try environment.compression(signal) {
            configuration.compression = compression
        }
        // A pair: one of them and the environment's other would never fit.
        let isOwn = certificate != nil || key != nil
        configuration.tls =
            try isSecure
            ? ClientTLS(
                authorities: authorities ?? environment.authorities(signal),
                certificate: isOwn ? certificate : environment.clientCertificate(signal),
                key: isOwn ? key : environment.clientKey(signal),
                acceptsAnyCertificate: acceptsAnyCertificate
            ) : nil
        return configuration
    }
}
