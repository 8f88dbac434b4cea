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
    case embedded(
        UsualBackend,
        WallClock,
        @Sendable (OTLPEndpoint) throws -> ReplayDestinations
    )

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
        let backend = try options.usualBackend
        let endpoint = try backend.endpoint
        let make: @Sendable (OTLPEndpoint) throws -> ReplayDestinations = {
            try options.destinations(at: $0, connections: connections)
        }
        guard await endpoint.isListening() else {
            self = .embedded(backend, clock, make)
            return
        }
        let destinations = try make(endpoint)
        try await Self.requireBackends(of: signals, at: destinations)
        self = .running(destinations)
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
        case .embedded(let backend, let clock, let make):
            Console.standardError.write(
                "Nothing listens on 127.0.0.1:\(backend.port), so a playback backend is started "
                    + "there for the time of the replay.\n"
            )
            return try await withListening { onListening in
                try PlaybackBackend(
                    configuration: backend.takesGRPC
                        ? .init(port: 0, grpcPort: backend.port) : .init(port: backend.port),
                    clock: clock,
                    logger: Logger(label: "backend") { _ in SwiftLogNoOpLogHandler() },
                    onListening: { if !backend.takesGRPC { await onListening($0) } },
                    onListeningForGRPC: onListening
                )
            } _: { port in
                try await body(make(backend.endpoint(port: port)))
            }
        }
    }
}
