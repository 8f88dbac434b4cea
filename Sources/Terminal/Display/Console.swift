import Foundation

/// An output of the program, and what may be shown on it.
public struct Console: Sendable {
    /// Results go here.
    public static var standardOutput: Console { Console(fileDescriptor: STDOUT_FILENO) }

    /// Progress and complaints go here.
    public static var standardError: Console { Console(fileDescriptor: STDERR_FILENO) }

    /// Whether a person sees the output as it is written, on a screen whose lines can be rewritten.
    public let isTerminal: Bool

    /// Colours where the output is a terminal and `NO_COLOR` is unset or empty
    /// (https://no-color.org).
    public let style: Style

    private let fileDescriptor: Int32

    private init(fileDescriptor: Int32) {
        self.init(
            fileDescriptor: fileDescriptor,
            isTerminal: isatty(fileDescriptor) == 1,
            environment: ProcessInfo.processInfo.environment
        )
    }

    /// An output that the caller opened and closes; a `TERM` of `dumb` makes it no terminal.
    public init(fileDescriptor: Int32, isTerminal: Bool, environment: [String: String]) {
        self.fileDescriptor = fileDescriptor
        self.isTerminal = isTerminal && environment["TERM"] != "dumb"
        let isColourless = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        style = self.isTerminal && !isColourless ? .ansi : .plain
    }

    /// The terminal's width in columns, at present; nil where the output is none.
    public var width: Int? {
        guard isTerminal else { return nil }
        var size = winsize()
        guard ioctl(fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return 80
        }
        return Int(size.ws_col)
    }

    /// Writes the text as it is; what can't be written is lost, for there is nobody to tell.
    public func write(_ text: String) {
        let output = FileHandle(fileDescriptor: fileDescriptor, closeOnDealloc: false)
        try? output.write(contentsOf: Data(text.utf8))
    }
}
