/// Where export requests go, and how.
public struct OTLPDestination: Equatable, Sendable {
    /// Where they go.
    public var endpoint: OTLPEndpoint
    /// How they are sent.
    public var configuration: OTLPSender.Configuration

    /// A destination; the endpoint is one for the configuration's protocol.
    public init(endpoint: OTLPEndpoint, configuration: OTLPSender.Configuration = .init()) {
        self.endpoint = endpoint
        self.configuration = configuration
    }
}
