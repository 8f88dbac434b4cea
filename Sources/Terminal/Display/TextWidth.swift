extension String {
    /// How many columns the text takes on a terminal, by its characters; near enough to keep
    /// tables straight.
    var columns: Int {
        reduce(0) { $0 + $1.columns }
    }

    /// The text cut to a number of columns, with `…` for what is cut off.
    func truncated(to limit: Int) -> String {
        guard columns > limit else { return self }
        guard limit > 0 else { return "" }
        var kept = ""
        var used = 0
        for character in self {
            used += character.columns
            if used > limit - 1 { break }
            kept.append(character)
        }
        return kept + "…"
    }

    /// The text with control characters replaced: names come from outside, and an escape sequence
    /// in one must not reach the terminal.
    var printable: String {
        let isControl: (Unicode.Scalar) -> Bool = { $0.properties.generalCategory == .control }
        guard unicodeScalars.contains(where: isControl) else { return self }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: unicodeScalars.lazy.map { isControl($0) ? "\u{FFFD}" : $0 })
        return String(scalars)
    }

    /// The text with spaces before or after it, up to a number of columns.
    func padded(to width: Int, trailing: Bool = false) -> String {
        let padding = String(repeating: " ", count: max(0, width - columns))
        return trailing ? padding + self : self + padding
    }
}

extension Character {
    fileprivate var columns: Int {
        guard let scalar = unicodeScalars.first, !isASCII else { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        let isEmoji = unicodeScalars.contains { $0.properties.isEmojiPresentation }
        return isEmoji || Self.wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// The wide and full-width blocks of Unicode's East Asian Width (UAX #11).
    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD,
    ]
}
