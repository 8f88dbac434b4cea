import ServiceLifecycle

/// Runs a service for as long as the body takes, then cancels it and waits until it has ended.
///
/// An error of the service's ends the body.
func withRunning<Value: Sendable>(
    _ service: some Service,
    _ body: @Sendable @escaping () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            do {
                try await service.run()
            } catch is CancellationError {
                // The body has ended, or the caller was cancelled, which the body learns by itself.
            }
            return nil
        }
        group.addTask { try await body() }
        var result: Value?
        while result == nil, let ended = try await group.next() { result = ended }
        group.cancelAll()
        try await group.waitForAll()
        guard let result else { throw CancellationError() }
        return result
    }
}

/// Makes a service that tells which port it listens on, and runs it for as long as the body takes.
func withListening<Value: Sendable>(
    _ make: (@escaping @Sendable (_ port: Int) async -> Void) throws -> some Service,
    _ body: @Sendable @escaping (_ port: Int) async throws -> Value
) async throws -> Value {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let service = try make { continuation.yield($0) }
    return try await withRunning(service) {
        for await port in ports { return try await body(port) }
        throw CancellationError()
    }
}
