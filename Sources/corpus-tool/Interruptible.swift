import Synchronization
import Terminal

/// Work that the first Ctrl-C cancels.
enum Interruptible {
    /// Does the work.
    /// - Throws: `CancellationError` when it was interrupted; what the work throws.
    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            let (interruptions, interruption) = AsyncStream.makeStream(of: Void.self)
            group.addTask {
                try await Interrupts.handle(firstSignal: { interruption.yield() }, during: work)
            }
            group.addTask {
                for await _ in interruptions { throw CancellationError() }
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
