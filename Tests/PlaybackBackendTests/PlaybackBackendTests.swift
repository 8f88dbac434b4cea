import CorpusStore
import Foundation
import Logging
import NIOCore
import OTLP
import OTLPTransport
import PlaybackBackend
import ServiceLifecycle
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite("Playback backend")
struct PlaybackBackendTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func withBackend(
        store: String?,
        _ body: (_ port: Int, _ backend: PlaybackBackend) async throws -> Void
    ) async throws {
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let backend = try PlaybackBackend(
            configuration: .init(port: 0, store: store),
            clock: WallClock(),
            logger: logger,
            onListening: { listening.yield($0) }
        )
        let services = ServiceGroup(services: [backend], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            try await body(port, backend)
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    private func get(_ path: String, port: Int) async throws -> [String: Any] {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
        let (data, response) = try await URLSession.shared.data(from: url)
        #expect((response as? HTTPURLResponse)?.statusCode == 200)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("takes gRPC on a port of its own, in the same corpus")
    func grpc() async throws {
        let folder = try TemporaryFolder()
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let backend = try PlaybackBackend(
            configuration: .init(port: 0, grpcPort: 0, store: folder.file("backend.db")),
            clock: WallClock(),
            logger: logger,
            onListeningForGRPC: { listening.yield($0) }
        )
        let services = ServiceGroup(services: [backend], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            let port = try #require(await ports.first { _ in true })
            let endpoint = try OTLPEndpoint("http://127.0.0.1:\(port)")
            #expect(await endpoint.isListening())
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
        #expect(try CorpusReader(path: folder.file("backend.db")).recording.isComplete)
    }

    @Test("keeps what it receives in a corpus and counts it")
    func store() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("backend.db")
        var generator = TelemetryGenerator(seed: 1)
        let requests = try (0..<10).map { _ in try generator.next() }
        try await withBackend(store: path) { port, _ in
            let sender = OTLPSender(endpoint: try OTLPEndpoint("http://127.0.0.1:\(port)"))
            for request in requests {
                let body = ByteBuffer(bytes: request.payload)
                let result = await sender.send(request.signal, body: body)
                #expect(result.outcome == .accepted(rejectedItems: 0, message: nil))
            }
            await sender.close()
            let stats = try await get("/api/stats", port: port)
            let counts = Signal.allCases.compactMap {
                (stats[$0.rawValue] as? [String: Int])?["requests"]
            }
            #expect(counts.reduce(0, +) == 10)
            #expect(try await get("/health", port: port)["status"] as? String == "ok")
        }
        let reader = try CorpusReader(path: path)
        #expect(reader.recording.isComplete)
        var payloads: [[UInt8]] = []
        try reader.forEachRequest { payloads.append($1.payload) }
        #expect(payloads == requests.map(\.payload))
    }

    @Test("names the address that is in use and leaves no file behind")
    func portInUse() async throws {
        let folder = try TemporaryFolder()
        try await withBackend(store: nil) { port, _ in
            let second = try PlaybackBackend(
                configuration: .init(port: port, store: folder.file("b.db")),
                clock: WallClock(),
                logger: logger
            )
            let error = OTLPTransportError.addressInUse(host: "127.0.0.1", port: port)
            await #expect(throws: error) { try await second.run() }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
}
