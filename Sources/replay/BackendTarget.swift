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
            return try await Self.withEmbeddedBackend(port: port, clock: clock, body)
        }
    }

    private static func withEmbeddedBackend<Value: Sendable>(
        port: Int,
        clock: WallClock,
        _ body: @escaping @Sendable (OTLPEndpoint) async throws -> Value
    ) async throws -> Value {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let backend = try PlaybackBackend(
            configuration: .init(port: port),
            clock: clock,
            logger: Logger(label: "backend") { _ in SwiftLogNoOpLogHandler() },
            onListening: { continuation.yield($0) }
        )
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await backend.run()
                return nil
            }
            group.addTask {
                for await port in ports {
                    return try await body(OTLPEndpoint("http://127.0.0.1:\(port)"))
                }
                return nil
            }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let value = ended { return value }
            }
            throw CancellationError()
        }
    }
}
