import Logging
public import ServiceLifecycle

/// Runs a service for as long as the body takes, then shuts it down gracefully and waits until it
/// has ended.
///
/// One that has not ended five seconds later is cancelled. The service's error ends the body.
/// - Returns: what the body returns.
/// - Throws: what the service or the body throws.
public func withRunning<Value: Sendable>(
    _ service: some Service,
    _ body: @Sendable @escaping () async throws -> Value
) async throws -> Value {
    var configuration = ServiceGroupConfiguration(
        services: [service],
        logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
    )
    configuration.maximumGracefulShutdownDuration = .seconds(5)
    let services = ServiceGroup(configuration: configuration)
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            try await services.run()
            return nil
        }
        group.addTask { try await body() }
        defer { group.cancelAll() }
        var result: Value?
        while let ended = try await group.next() {
            guard let value = ended else { continue }
            result = value
            await services.triggerGracefulShutdown()
        }
        guard let result else { throw CancellationError() }
        return result
    }
}

/// Makes a service that tells which port it listens on, and runs it for as long as the body takes.
///
/// - Returns: what the body returns.
/// - Throws: what the service or the body throws.
public func withListening<Value: Sendable>(
    _ make: (_ onListening: @escaping @Sendable (_ port: Int) async -> Void) throws -> some Service,
    _ body: @Sendable @escaping (_ port: Int) async throws -> Value
) async throws -> Value {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let service = try make { continuation.yield($0) }
    return try await withRunning(service) {
        for await port in ports { return try await body(port) }
        throw CancellationError()
    }
}
