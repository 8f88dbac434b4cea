/// Decides what to write, and when, so that a person can follow a long piece of work.
public struct ProgressDisplay: Sendable {
    /// How progress is shown.
    public enum Mode: Sendable {
        /// One line, rewritten in place, at most ten times a second.
        case live
        /// A line every five seconds, for files and pipes.
        case lines
        /// Nothing.
        case quiet
    }

    private let mode: Mode
    private var lastShown: Duration?
    private var isLineOpen = false

    /// A display that has shown nothing yet.
    public init(_ mode: Mode) {
        self.mode = mode
    }

    /// The least time between two lines.
    public var interval: Duration {
        mode == .live ? .milliseconds(100) : .seconds(5)
    }

    /// What to write to show the line at a time since the start; nil if nothing is due.
    ///
    /// A line longer than the terminal's width is cut, since it could not be rewritten.
    public mutating func show(_ line: String, at elapsed: Duration, width: Int? = nil) -> String? {
        // In a file, a first line that says nothing has happened yet is of no use.
        let previous = lastShown ?? (mode == .live ? elapsed - interval : .zero)
        guard mode != .quiet, elapsed - previous >= interval else { return nil }
        lastShown = elapsed
        let text = line.printable
        guard mode == .live else { return text + "\n" }
        isLineOpen = true
        return "\r" + text.truncated(to: max(1, (width ?? 80) - 1)) + Self.eraseToEnd
    }

    /// What to write at the end, so that the next output starts on a clean line; nil for nothing.
    public mutating func finish() -> String? {
        guard isLineOpen else { return nil }
        isLineOpen = false
        return "\r" + Self.eraseToEnd
    }

    private static let eraseToEnd = "\u{1B}[K"
}
