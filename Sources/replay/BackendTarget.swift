import Lifecycle
import Logging
import OTLP
import OTLPTransport
import Playback
import PlaybackBackend
import Terminal

/// Where a replay goes: a backend that runs already, or one that runs in this process meanwhile.
enum BackendTarget {
    case running(OTLPEndpoint)
    case embedded(port: Int, WallClock)

    private static let usualPort = 8080

    /// - Throws: ``PlaybackError/unreachable(url:)`` when nothing listens at an explicit URL, which
    ///   never starts anything.
    init(url: String?, clock: WallClock) async throws {
        let endpoint = try OTLPEndpoint(url ?? "http://127.0.0.1:\(Self.usualPort)")
        if await endpoint.isListening() {
            self = .running(endpoint)
        } else if let url {
            throw PlaybackError.unreachable(url: url)
        } else {
            self = .embedded(port: Self.usualPort, clock)
        }
    }

    /// Does the work while the backend runs.
    func withBackend<Value: Sendable>(
        _ body: @escaping @Sendable (OTLPEndpoint) async throws -> Value
    ) async throws -> Value {
        switch self {
        case .running(let endpoint):
            return try await body(endpoint)
        case .embedded(let port, let clock):
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
                try await body(OTLPEndpoint("http://127.0.0.1:\(port)"))
            }
        }
    }
}
