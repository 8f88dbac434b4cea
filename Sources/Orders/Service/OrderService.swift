import Hummingbird
import HummingbirdCore
public import Logging
public import Metrics
import NIOCore
public import ServiceLifecycle
public import Tracing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An HTTP service that takes orders: it holds stock in a simulated inventory database, has a
/// simulated provider authorize the payment, and tells of it through logs, metrics and traces.
///
/// An order yields three spans, six measurements and eight log records (at level info), whether it
/// succeeds or fails.
///
/// | request | answer |
/// | --- | --- |
/// | `POST /orders` | 201 with the order; 402, 409 or 504 when it failed; 400, 413 or 422 |
/// | `GET /orders/{id}` | 200 with the order, or 404 |
/// | `GET /health` | 200; leaves no telemetry |
///
/// Errors are answered with `application/problem+json` (RFC 9457).
public struct OrderService: Service {
    private let configuration: OrderServiceConfiguration
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void
    private let responder: RouterResponder<OrderRequestContext>

    /// A service with no orders yet, which listens once it runs.
    ///
    /// - Parameters:
    ///   - configuration: Where to listen, and how to simulate.
    ///   - logger: What orders are logged to; the server itself logs there from warning up.
    ///   - metrics: Makes the instruments; see ``OrderMetrics/descriptions``.
    ///   - tracer: Starts the spans, and continues those that callers began.
    ///   - onListening: Called with the bound port once connections are accepted.
    /// - Throws: ``OrderServiceError`` where the configuration is out of range.
    public init(
        configuration: OrderServiceConfiguration = OrderServiceConfiguration(),
        logger: Logger,
        metrics: any MetricsFactory,
        tracer: any Tracer,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(OrderServiceError) {
        try configuration.validate()
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening

        let telemetry = OrderTelemetry(
            logger: logger,
            metrics: OrderMetrics(factory: metrics),
            tracer: tracer
        )
        let simulation = Simulation(
            seed: configuration.seed,
            failureRate: configuration.failureRate,
            timeScale: configuration.timeScale
        )
        let store = OrderStore(capacity: configuration.storeCapacity)
        let routes = OrderRoutes(
            processor: OrderProcessor(simulation: simulation, store: store, telemetry: telemetry),
            store: store,
            maximumBodyBytes: configuration.maximumBodyBytes
        )
        let router = Router(context: OrderRequestContext.self)
        router.add(
            middleware: ServerInstrumentation(telemetry: telemetry, host: configuration.host)
        )
        routes.add(to: router)
        responder = router.buildResponder()
    }

    /// Serves until the task is cancelled or the service group shuts down, which lets requests
    /// under way finish.
    ///
    /// - Throws: ``OrderServiceError/portInUse(host:port:)`` or
    ///   ``OrderServiceError/cannotListen(host:port:reason:)`` before it listens.
    public func run() async throws {
        let (host, port) = (configuration.host, configuration.port)
        do {
            try await makeApplication().run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw OrderServiceError.portInUse(host: host, port: port)
        } catch let error as IOError {
            throw OrderServiceError.cannotListen(host: host, port: port, reason: "\(error)")
        } catch let error as SocketAddressError.UnknownHost {
            throw OrderServiceError.cannotListen(host: host, port: port, reason: "\(error)")
        }
    }

    func makeApplication() -> Application<RouterResponder<OrderRequestContext>> {
        var serverLogger = logger
        serverLogger.logLevel = max(logger.logLevel, .warning)
        let onListening = onListening
        return Application(
            responder: responder,
            server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(120))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                backlog: 1_024
            ),
            onServerRunning: { channel in
                await onListening(channel.localAddress?.port ?? 0)
            },
            logger: serverLogger
        )
    }
}
