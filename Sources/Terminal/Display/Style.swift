/// How text is set apart on a terminal; where it is off, every method gives the text unchanged.
public struct Style: Sendable, Equatable {
    /// No escape sequences at all.
    public static let plain = Style(isOn: false)

    /// ANSI escape sequences (ECMA-48, "select graphic rendition").
    public static let ansi = Style(isOn: true)

    private let isOn: Bool

    /// The text in bold.
    public func bold(_ text: String) -> String { wrapped(text, 1) }

    /// The text in a fainter colour, for what is said in passing.
    public func dim(_ text: String) -> String { wrapped(text, 2) }

    /// The text in red, for what went wrong.
    public func red(_ text: String) -> String { wrapped(text, 31) }

    /// The text in green, for what is as it should be.
    public func green(_ text: String) -> String { wrapped(text, 32) }

    /// The text in yellow, for what deserves a look.
    public func yellow(_ text: String) -> String { wrapped(text, 33) }

    /// The text in cyan, for bars and columns.
    public func cyan(_ text: String) -> String { wrapped(text, 36) }

    /// A section's title, on a line of its own.
    public func heading(_ title: String) -> String { bold(title) }

    private func wrapped(_ text: String, _ rendition: Int) -> String {
        isOn && !text.isEmpty ? "\u{1B}[\(rendition)m\(text)\u{1B}[0m" : text
    }
}
