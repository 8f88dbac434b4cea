public import OTLPTransport

/// Where and how a recording receives the telemetry of others.
public struct Reception: Sendable {
    /// An address of this machine.
    public struct Address: Sendable {
        /// A host name or an IP address.
        public var host: String
        /// 0 lets the system pick a free one.
        public var port: Int

        /// An address of the loopback unless told otherwise.
        public init(host: String = "127.0.0.1", port: Int = 0) {
            self.host = host
            self.port = port
        }
    }

    /// Where OTLP/HTTP is received, if anywhere.
    public var http: Address?
    /// Where OTLP/gRPC is received, if anywhere.
    public var grpc: Address?
    /// What the receivers prove themselves with; nil serves without TLS.
    public var tls: ServerTLS?
    /// What clients must name; nil lets everybody send.
    public var token: BearerToken?
    /// Where what clients send is passed on to, if anywhere.
    public var forward: OTLPEndpoint?
    /// How much the bodies may weigh.
    public var limits: OTLPRoutes.Limits
    /// The most connections of each receiver at once.
    public var connections: Int
    /// After this long without a request, a connection is closed.
    public var idleTimeout: Duration

    /// Receives at the addresses given, with the receivers' own bounds unless told otherwise.
    public init(
        http: Address? = nil,
        grpc: Address? = nil,
        tls: ServerTLS? = nil,
        token: BearerToken? = nil,
        forward: OTLPEndpoint? = nil,
        limits: OTLPRoutes.Limits = OTLPRoutes.Limits(),
        connections: Int = 1_024,
        idleTimeout: Duration = .seconds(120)
    ) {
        self.http = http
        self.grpc = grpc
        self.tls = tls
        self.token = token
        self.forward = forward
        self.limits = limits
        self.connections = connections
        self.idleTimeout = idleTimeout
    }

    /// The bounds of a receiver at an address.
    func configuration(_ address: Address) -> OTLPReceiver.Configuration {
        OTLPReceiver.Configuration(
            host: address.host,
            port: address.port,
            limits: limits,
            connections: connections,
            idleTimeout: idleTimeout,
            tls: tls
        )
    }
}
