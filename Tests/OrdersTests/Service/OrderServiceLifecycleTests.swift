import Logging
import Metrics
import ServiceLifecycle
import Testing
import Tracing

@testable import Orders

@Suite("Order service lifecycle", .timeLimit(.minutes(1)))
struct OrderServiceLifecycleTests {
    private func service(
        _ configure: (inout OrderServiceConfiguration) -> Void,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(OrderServiceError) -> OrderService {
        var configuration = OrderServiceConfiguration()
        configuration.port = 0
        configure(&configuration)
        return try OrderService(
            configuration: configuration,
            logger: Logger(label: "orders") { _ in SwiftLogNoOpLogHandler() },
            metrics: NOOPMetricsHandler.instance,
            tracer: NoOpTracer(),
            onListening: onListening
        )
    }

    @Test("tells the port it listens on, which a second service then finds in use")
    func portInUse() async throws {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let first = try service({ _ in }, onListening: { continuation.yield($0) })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [first],
                logger: Logger(label: "group") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try #require(await ports.first { _ in true })
            #expect(port > 0)
            let second = try service { $0.port = port }
            let expected = OrderServiceError.portInUse(host: "127.0.0.1", port: port)
            await #expect(throws: expected) { try await second.run() }
            #expect("\(expected)".contains("127.0.0.1:\(port) is in use"))
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("says why it can't listen on an address that isn't its own")
    func foreignAddress() async throws {
        let service = try service { $0.host = "192.0.2.1" }
        await #expect {
            try await service.run()
        } throws: { error in
            guard case OrderServiceError.cannotListen(let host, 0, let reason) = error else {
                return false
            }
            return host == "192.0.2.1" && !reason.isEmpty
        }
    }

    @Test("a configuration out of range is refused")
    func configuration() {
        #expect(throws: OrderServiceError.invalidPort(65_536)) {
            try service { $0.port = 65_536 }
        }
        #expect(throws: OrderServiceError.invalidFailureRate(1.1)) {
            try service { $0.failureRate = 1.1 }
        }
        #expect(throws: OrderServiceError.self) { try service { $0.failureRate = .nan } }
        #expect(throws: OrderServiceError.invalidTimeScale(-1)) {
            try service { $0.timeScale = -1 }
        }
        #expect(throws: OrderServiceError.invalidStoreCapacity(0)) {
            try service { $0.storeCapacity = 0 }
        }
        #expect(throws: OrderServiceError.invalidMaximumBodyBytes(0)) {
            try service { $0.maximumBodyBytes = 0 }
        }
    }
}
