public import Hummingbird
public import Logging
public import NIOCore
public import NIOPosix
public import OTLP
public import ServiceLifecycle

/// A server that receives OTLP over HTTP and hands each export request to a sink.
///
/// It ends with its service group: on a graceful shutdown it takes no more connections, answers
/// the export requests that are under way, and closes.
public struct OTLPReceiver: Service {
    /// Where to listen, and what the clients may use up.
    public struct Configuration: Sendable {
        /// A host name or an IP address of this machine.
        public var host: String
        /// 0 lets the system pick a free one.
        public var port: Int
        /// How much the bodies may weigh.
        public var limits: OTLPRoutes.Limits
        /// The most at once, each with up to 1 MB that isn't counted among the bodies yet; further
        /// clients wait in the system's queue until one closes.
        public var connections: Int
        /// After this long without a byte, a connection that isn't waiting for an answer is closed.
        public var idleTimeout: Duration

        /// The loopback, OTLP's port, 1,024 connections and two idle minutes unless told otherwise.
        public init(
            host: String = "127.0.0.1",
            port: Int = OTLPEndpoint.defaultPort,
            limits: OTLPRoutes.Limits = OTLPRoutes.Limits(),
            connections: Int = 1_024,
            idleTimeout: Duration = .seconds(120)
        ) {
            self.host = host
            self.port = port
            self.limits = limits
            self.connections = connections
            self.idleTimeout = idleTimeout
        }
    }

    private let configuration: Configuration
    private let application: Application<RouterResponder<BasicRequestContext>>

    /// A receiver for one ``run()``.
    ///
    /// - Parameters:
    ///   - sink: Takes each export request; its answer decides the client's.
    ///   - clock: Gives the arrivals.
    ///   - configuration: Where to listen, and the bounds.
    ///   - eventLoopGroup: Carries the connections.
    ///   - logger: Told of the server's start and of nothing that clients send.
    ///   - addRoutes: Puts further routes on the same port.
    ///   - onListening: Told the port once connections are taken.
    public init(
        sink: any TelemetrySink,
        clock: WallClock,
        configuration: Configuration = Configuration(),
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger,
        addRoutes: (Router<BasicRequestContext>) -> Void = { _ in },
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        let router = Router()
        OTLPRoutes(sink: sink, clock: clock, limits: configuration.limits).add(to: router)
        addRoutes(router)
        application = Application(
            router: router,
            server: .http1(
                configuration: .init(idleTimeout: TimeAmount(bounded: configuration.idleTimeout))
            ),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: .maximum(configuration.connections, logger: logger)
            ),
            onServerRunning: { channel in
                await onListening(channel.localAddress?.port ?? configuration.port)
            },
            eventLoopGroupProvider: .shared(eventLoopGroup),
            logger: logger
        )
    }

    /// Receives until cancelled or shut down.
    /// - Throws: ``OTLPTransportError`` when the address is in use or isn't this machine's.
    public func run() async throws {
        do {
            try await application.run()
        } catch {
            throw OTLPTransportError(
                bindFailure: error,
                host: configuration.host,
                port: configuration.port
            ) ?? error
        }
    }
}
