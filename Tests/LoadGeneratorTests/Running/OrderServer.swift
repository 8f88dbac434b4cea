import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// A server that takes orders as a test wants it to, on a port of its own.
final class OrderServer: Sendable {
    typealias Answer = @Sendable (_ number: Int) async throws -> HTTPResponse.Status

    private struct Counts {
        var received = 0
        var underWay = 0
        var mostUnderWay = 0
    }

    private let counts = Mutex(Counts())
    private let answer: Answer

    /// How many orders came.
    var received: Int { counts.withLock { $0.received } }

    /// How many orders were under way at the same time, at most.
    var mostUnderWay: Int { counts.withLock { $0.mostUnderWay } }

    private init(answer: @escaping Answer) {
        self.answer = answer
    }

    /// Runs a server while `work` is done with its URL.
    static func run<Value: Sendable>(
        health: HTTPResponse.Status = .ok,
        answer: @escaping Answer = { _ in .created },
        _ work: (_ target: String, OrderServer) async throws -> Value
    ) async throws -> Value {
        let server = OrderServer(answer: answer)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let router = Router()
        router.get("health") { _, _ in health }
        router.post("orders") { request, _ in try await server.take(request) }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                port.yield(channel.localAddress?.port ?? 0)
            },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        // Shut down, not cancelled: cancellation drops connections that are just being accepted,
        // which traps in NIOAsyncWriter.
        let group = ServiceGroup(services: [application], logger: application.logger)
        async let running: Void = group.run()
        let number = await ports.first { _ in true } ?? 0
        let result: Result<Value, any Error>
        do {
            result = .success(try await work("http://127.0.0.1:\(number)", server))
        } catch {
            result = .failure(error)
        }
        await group.triggerGracefulShutdown()
        try await running
        return try result.get()
    }

    private func take(_ request: Request) async throws -> HTTPResponse.Status {
        _ = try await request.body.collect(upTo: 65_536)
        let number = counts.withLock { counts in
            counts.received += 1
            counts.underWay += 1
            counts.mostUnderWay = max(counts.mostUnderWay, counts.underWay)
            return counts.received
        }
        defer { counts.withLock { $0.underWay -= 1 } }
        return try await answer(number)
    }
}
