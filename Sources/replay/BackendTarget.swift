import Lifecycle
import Logging
import OTLP
import OTLPTransport
import Playback
import PlaybackBackend
import Terminal

/// Where a replay goes: a backend that runs already, or one that runs in this process meanwhile.
enum BackendTarget {
    case running(ReplayDestinations)
    case embedded(port: Int, WallClock, @Sendable (OTLPEndpoint) throws -> ReplayDestinations)

    /// - Throws: ``PlaybackError/unreachable(url:)`` when nothing listens at an explicit URL, which
    ///   never starts anything; ``OTLPTransportError/noConnection(endpoint:reason:)`` when what
    ///   listens there speaks no TLS or no gRPC, or is not to be trusted.
    init(
        _ options: TargetOptions,
        signals: Set<Signal>,
        connections: Int,
        clock: WallClock
    ) async throws {
        try options.requireEndpoints(of: signals)
        if let destinations = try options.destinations(connections: connections) {
            try await Self.requireBackends(of: signals, at: destinations)
            self = .running(destinations)
            return
        }
        let endpoint = try OTLPEndpoint("http://127.0.0.1:\(TargetOptions.usualPort)")
        let make: @Sendable (OTLPEndpoint) throws -> ReplayDestinations = {
            try options.destinations(at: $0, connections: connections)
        }
        self =
            await endpoint.isListening()
            ? .running(try make(endpoint))
            : .embedded(port: TargetOptions.usualPort, clock, make)
    }

    private static func requireBackends(
        of signals: Set<Signal>,
        at destinations: ReplayDestinations
    ) async throws {
        var known: [OTLPDestination] = []
        for signal in Signal.allCases where signals.contains(signal) {
            var destination = destinations[signal]
            guard !known.contains(destination) else { continue }
            known.append(destination)
            let endpoint = destination.endpoint
            guard await endpoint.isListening() else {
                throw PlaybackError.unreachable(url: endpoint.description)
            }
            guard endpoint.isSecure || destination.configuration.wireProtocol == .grpc else {
                continue
            }
            destination.configuration.connections = 1
            let sender = OTLPSender(
                endpoint: endpoint,
                configuration: destination.configuration
            )
            try await sender.checkConnection()
        }
    }

    /// Does the work while the backend runs.
    func withBackend<Value: Sendable>(
        _ body: @escaping @Sendable (ReplayDestinations) async throws -> Value
    ) async throws -> Value {
        switch self {
        case .running(let destinations):
            return try await body(destinations)
        case .embedded(let port, let clock, let make):
            Console.standardError.write(
                "Nothing listens on 127.0.0.1:\(port), so a playback backend is started there for "
                    + "the time of the replay.\n"
            )
            return try await withListening { onListening in
                try PlaybackBackend(
                    configuration: .init(port: port),
                    clock: clock,
                    logger: Logger(label: "backend") { _ in SwiftLogNoOpLogHandler() },
                    onListening: onListening
                )
            } _: { port in
                try await body(make(OTLPEndpoint("http://127.0.0.1:\(port)")))
            }
        }
    }
}
