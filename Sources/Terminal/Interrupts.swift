import Dispatch
import Foundation
import Synchronization

/// Ctrl-C (`SIGINT`) and `SIGTERM`: once ends a program in order, twice at once.
public enum Interrupts {
    /// Does the work; the first signal meanwhile calls `firstSignal`, which is to make the work
    /// end in order, and the second ends the process at once with ``ExitStatus/interrupted``.
    public static func handle<Value>(
        firstSignal: @escaping @Sendable () async -> Void,
        during work: () async throws -> Value
    ) async rethrows -> Value {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
        let counter = SignalCounter()
        let sources = [SIGINT, SIGTERM].map { number in
            #if canImport(Darwin)
                signal(number, SIG_IGN)
            #endif
            let source = DispatchSource.makeSignalSource(signal: number)
            // On the source's own queue: the second signal ends the process even while every
            // task waits.
            source.setEventHandler {
                switch counter.next() {
                case 1: continuation.yield()
                default:
                    Keyboard.restoreTerminal()
                    _exit(ExitStatus.interrupted.rawValue)
                }
            }
            source.resume()
            return source
        }
        defer { sources.forEach { $0.cancel() } }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in signals { await firstSignal() }
            }
            defer { group.cancelAll() }
            return try await work()
        }
    }
}

private final class SignalCounter: Sendable {
    private let count = Atomic(0)

    /// 1 for the first signal, 2 for the second, and so on.
    func next() -> Int {
        count.wrappingAdd(1, ordering: .relaxed).newValue
    }
}
