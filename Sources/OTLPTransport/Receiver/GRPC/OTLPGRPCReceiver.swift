import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
public import NIOPosix
public import ServiceLifecycle

/// A server that receives OTLP over gRPC and hands each export request on, its bytes as they were
/// sent.
///
/// It ends with its service group: on a graceful shutdown it takes no more connections, answers
/// the export requests that are under way, and closes.
public struct OTLPGRPCReceiver: Service {
    /// The port OTLP/gRPC servers listen on when none is named.
    public static let defaultPort = 4317

    // How much of its bodies a client may have on the way to us; they are taken as they come.
    private static let windowBytes = 4 << 20
    private static let largestFrameBytes = 1 << 16
    // A client of OTLP needs a handful.
    private static let streams = 256

    private let configuration: OTLPReceiver.Configuration
    private let intake: ExportIntake
    private let eventLoopGroup: MultiThreadedEventLoopGroup
    private let onListening: @Sendable (Int) async -> Void

    /// A receiver for one ``run()``.
    ///
    /// - Parameters:
    ///   - intake: What to do with export requests.
    ///   - configuration: Where to listen, and the bounds.
    ///   - eventLoopGroup: Carries the connections.
    ///   - onListening: Told the port once connections are taken.
    public init(
        intake: ExportIntake,
        configuration: OTLPReceiver.Configuration = .init(port: defaultPort),
        eventLoopGroup: MultiThreadedEventLoopGroup = .singleton,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.intake = intake
        self.configuration = configuration
        self.eventLoopGroup = eventLoopGroup
        self.onListening = onListening
    }

    /// Receives until cancelled or shut down.
    /// - Throws: ``OTLPTransportError`` when the address is in use or isn't this machine's.
    public func run() async throws {
        let transport = HTTP2ServerTransport.Posix(
            address: try address(),
            transportSecurity: configuration.tls?.grpcSecurity ?? .plaintext,
            config: transportConfiguration,
            eventLoopGroup: eventLoopGroup
        )
        let server = GRPCServer(
            transport: transport,
            services: [ExportServices(intake: intake)]
        )
        do {
            try await withGracefulShutdownHandler {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await server.serve() }
                    // Fails, too, where serving does, whose reason is the one to tell.
                    if let port = try? await transport.listeningAddress.port {
                        await onListening(port)
                    }
                    try await group.waitForAll()
                }
            } onGracefulShutdown: {
                server.beginGracefulShutdown()
            }
        } catch {
            throw failure(of: error)
        }
    }

    private func address() throws -> GRPCNIOTransportHTTP2Posix.SocketAddress {
        let (host, port) = (configuration.host, configuration.port)
        do {
            switch try NIOCore.SocketAddress.makeAddressResolvingHost(host, port: port) {
            case .v6(let address): return .ipv6(host: address.host, port: port)
            case let address: return .ipv4(host: address.ipAddress ?? host, port: port)
            }
        } catch {
            throw OTLPTransportError(bindFailure: error, host: host, port: port) ?? error
        }
    }

    private func failure(of error: any Error) -> any Error {
        let cause = (error as? RuntimeError)?.cause ?? error
        return OTLPTransportError(
            bindFailure: cause,
            host: configuration.host,
            port: configuration.port
        ) ?? cause
    }

    private var transportConfiguration: HTTP2ServerTransport.Posix.Config {
        let connections = GRPCConnections(
            limit: configuration.connections,
            setupTimeout: configuration.requestTimeout,
            log: intake.log
        )
        let limit = configuration.requestTimeout
        return .defaults { transport in
            transport.connection.maxIdleTime = configuration.idleTimeout
            transport.connection.maxGraceTime = limit
            transport.http2.targetWindowSize = Self.windowBytes
            transport.http2.maxFrameSize = Self.largestFrameBytes
            transport.http2.maxConcurrentStreams = Self.streams
            // The guard has the bound; this one must only not be in its way.
            transport.rpc.maxRequestPayloadSize = Int(UInt32.max)
            transport.channelDebuggingCallbacks.onAcceptTCPConnection = { channel in
                connections.opened(channel)
            }
            transport.channelDebuggingCallbacks.onAcceptHTTP2Stream = { [intake] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        RequestGuard(intake: intake, limit: limit),
                        position: .first
                    )
                }
            }
        }
    }
}

extension GRPCNIOTransportHTTP2Posix.SocketAddress {
    fileprivate var port: Int? { ipv4?.port ?? ipv6?.port }
}
