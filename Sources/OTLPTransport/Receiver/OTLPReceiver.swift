public import Hummingbird
import HummingbirdCore
import HummingbirdTLS
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
        /// How much the bodies may weigh; of use where the receiver makes its intake itself.
        public var limits: OTLPRoutes.Limits
        /// The most at once, each with up to 1 MB that isn't counted among the bodies yet; further
        /// clients wait in the system's queue until one closes.
        public var connections: Int
        /// After this long without a byte, a connection that isn't waiting for an answer is closed.
        public var idleTimeout: Duration
        /// How long a client may take to send one request, its head and its body; after that its
        /// connection is closed, however many bytes come in.
        public var requestTimeout: Duration
        /// What to prove itself with; nil serves without TLS.
        public var tls: ServerTLS?

        /// The loopback, OTLP's port, 1,024 connections, two idle minutes, half a minute a request
        /// and no TLS unless told otherwise.
        public init(
            host: String = "127.0.0.1",
            port: Int = OTLPEndpoint.defaultPort,
            limits: OTLPRoutes.Limits = OTLPRoutes.Limits(),
            connections: Int = 1_024,
            idleTimeout: Duration = .seconds(120),
            requestTimeout: Duration = .seconds(30),
            tls: ServerTLS? = nil
        ) {
            self.host = host
            self.port = port
            self.limits = limits
            self.connections = connections
            self.idleTimeout = idleTimeout
            self.requestTimeout = requestTimeout
            self.tls = tls
        }
    }

    private let configuration: Configuration
    private let application: Application<RouterResponder<BasicRequestContext>>

    /// A receiver for one ``run()``.
    ///
    /// - Parameters:
    ///   - intake: What to do with export requests.
    ///   - configuration: Where to listen, and the bounds.
    ///   - eventLoopGroup: Carries the connections.
    ///   - logger: Told of the server's start and of nothing that clients send.
    ///   - addRoutes: Puts further routes on the same port.
    ///   - onListening: Told the port once connections are taken.
    public init(
        intake: ExportIntake,
        configuration: Configuration = Configuration(),
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger,
        addRoutes: (Router<BasicRequestContext>) -> Void = { _ in },
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        let router = Router()
        OTLPRoutes(intake).add(to: router)
        addRoutes(router)
        application = Application(
            router: router,
            server: Self.server(configuration, log: intake.log),
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

    /// A receiver that hands each export request to a sink, for one ``run()``.
    ///
    /// - Parameters:
    ///   - sink: Takes each export request; its answer decides the client's.
    ///   - clock: Gives the arrivals.
    ///   - configuration: Where to listen, and the bounds.
    ///   - eventLoopGroup: Carries the connections.
    ///   - logger: Told of the server's start and of what was refused, without anything that
    ///     clients sent.
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
        self.init(
            intake: ExportIntake(
                sink: sink,
                clock: clock,
                limits: configuration.limits,
                logger: logger
            ),
            configuration: configuration,
            eventLoopGroup: eventLoopGroup,
            logger: logger,
            addRoutes: addRoutes,
            onListening: onListening
        )
    }

    private static func server(
        _ configuration: Configuration,
        log: RefusalLog
    ) -> HTTPServerBuilder {
        let limit = configuration.requestTimeout
        let http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionWatch(limit: limit, log: log)],
            idleTimeout: TimeAmount(bounded: configuration.idleTimeout),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: largestHeadBytes,
                maxHeaderListSize: largestHeadBytes,
                maxHeaderFieldCount: largestHeaderCount
            )
        )
        let tls = configuration.tls?.configuration
        return HTTPServerBuilder { responder in
            let channel = HTTP1Channel(responder: responder, configuration: http)
            guard let tls else { return channel }
            return try TLSChannel(channel, tlsConfiguration: tls)
        }
    }

    // An OTLP client needs a dozen headers; what a proxy or a token adds has room.
    private static let largestHeadBytes = 32 * 1024
    private static let largestHeaderCount = 128

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
