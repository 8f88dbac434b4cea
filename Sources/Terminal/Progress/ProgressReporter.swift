/// Shows a line of progress on an output while work goes on.
public struct ProgressReporter: Sendable {
    private let console: Console
    private let mode: ProgressDisplay.Mode

    /// Shows progress the way the output can take it, or not at all.
    public init(console: Console = .standardError, quiet: Bool = false) {
        self.console = console
        mode = quiet ? .quiet : console.isTerminal ? .live : .lines
    }

    /// Shows the line until the task is cancelled, then clears it.
    ///
    /// - Parameter line: Says how the work stands; called at most ten times a second.
    public func run(_ line: @Sendable () -> String) async {
        guard mode != .quiet else { return }
        var display = ProgressDisplay(mode)
        let start = ContinuousClock.now
        while !Task.isCancelled {
            let elapsed = start.duration(to: .now)
            if let text = display.show(line(), at: elapsed, width: console.width) {
                console.write(text)
            }
            try? await Task.sleep(for: display.interval)
        }
        if let text = display.finish() {
            console.write(text)
        }
    }

    /// Does the work, and shows the line for as long as it takes.
    public func show<Value>(
        _ line: @escaping @Sendable () -> String,
        during work: () async throws -> Value
    ) async rethrows -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await run(line) }
            defer { group.cancelAll() }
            return try await work()
        }
    }
}
