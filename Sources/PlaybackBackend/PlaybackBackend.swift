public import CorpusStore
import Foundation
import Hummingbird
public import Logging
public import OTLP
public import OTLPTransport
public import ServiceLifecycle

/// A backend that takes OTLP and keeps it in a corpus, so that what a replay sent can be looked at.
///
/// Besides the three OTLP paths it answers `GET /health` and `GET /api/stats`. On a graceful shutdown
/// it answers what is under way and completes the corpus.
public struct PlaybackBackend: Service {
    /// Where to listen and what to keep.
    public struct Configuration: Sendable {
        /// An address of this machine.
        public var host: String
        /// 0 lets the system pick a free one.
        public var port: Int
        /// The port for gRPC, if any; 0 lets the system pick a free one.
        public var grpcPort: Int?
        /// What to prove itself with; nil serves without TLS.
        public var tls: ServerTLS?
        /// What clients must name; nil lets everybody send.
        public var token: BearerToken?
        /// The corpus to make; without one, telemetry is kept in a temporary file until the end.
        public var store: String?
        /// Whether a file that exists there is replaced.
        public var replacesExisting: Bool

        /// On the loopback, nothing kept past the end.
        public init(
            host: String = "127.0.0.1",
            port: Int = 8080,
            grpcPort: Int? = nil,
            tls: ServerTLS? = nil,
            token: BearerToken? = nil,
            store: String? = nil,
            replacesExisting: Bool = false
        ) {
            self.host = host
            self.port = port
            self.grpcPort = grpcPort
            self.tls = tls
            self.token = token
            self.store = store
            self.replacesExisting = replacesExisting
        }
    }

    private let configuration: Configuration
    private let path: String
    private let writer: CorpusWriter
    private let receiver: OTLPReceiver
    private let grpcReceiver: OTLPGRPCReceiver?
    private let listening: ListeningState

    /// A backend for one ``run()``; makes the corpus.
    ///
    /// - Parameters:
    ///   - configuration: Where to listen and what to keep.
    ///   - clock: Gives the arrivals.
    ///   - logger: Told of the server's start and end, and of what was refused.
    ///   - onListening: Told the port once connections are taken.
    ///   - onListeningForGRPC: The same for gRPC's port, if there is one.
    /// - Throws: ``CorpusError`` when the corpus can't be made.
    public init(
        configuration: Configuration,
        clock: WallClock,
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in },
        onListeningForGRPC: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) throws(CorpusError) {
        self.configuration = configuration
        path = configuration.store ?? Self.temporaryPath()
        let writer = try CorpusWriter(
            .init(
                path: path,
                replacesExisting: configuration.replacesExisting,
                settings: ["recorder": .text("playback-backend")]
            ),
            clock: clock
        )
        let listening = ListeningState()
        self.writer = writer
        self.listening = listening
        let intake = ExportIntake(
            sink: writer,
            clock: clock,
            token: configuration.token,
            logger: logger
        )
        receiver = OTLPReceiver(
            intake: intake,
            configuration: .init(
                host: configuration.host,
                port: configuration.port,
                tls: configuration.tls
            ),
            logger: logger,
            addRoutes: { StatusRoutes(writer: writer).add(to: $0) },
            onListening: { port in
                listening.began()
                await onListening(port)
            }
        )
        grpcReceiver = configuration.grpcPort.map { port in
            OTLPGRPCReceiver(
                intake: intake,
                configuration: .init(host: configuration.host, port: port, tls: configuration.tls),
                onListening: { port in
                    listening.began()
                    await onListeningForGRPC(port)
                }
            )
        }
    }

    /// What is kept so far.
    public var totals: CorpusTotals { writer.totals }

    /// Receives until cancelled or shut down, then completes the corpus.
    /// - Throws: an error that names the address when it can't be listened on; ``CorpusError`` when
    ///   the corpus can't be completed.
    public func run() async throws {
        defer { if configuration.store == nil || !listening.hasBegun { removeStore() } }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await receiver.run() }
                if let grpcReceiver { group.addTask { try await grpcReceiver.run() } }
                try await group.waitForAll()
            }
        } catch is CancellationError {
            // Cancelled or shut down, the corpus is completed.
        }
        if configuration.store != nil { _ = try await writer.finish() }
    }

    private static func temporaryPath() -> String {
        FileManager.default.temporaryDirectory
            .appendingPathComponent("playback-backend-\(UUID().uuidString).db").path
    }

    private func removeStore() {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
    }
}
