import Terminal
import Testing

@Suite struct TextTableTests {
    @Test("sets words to the left and numbers to the right")
    func alignment() {
        var table = TextTable(.text("service"), .number("spans"))
        table.add("orders", "1,800")
        table.add("pay", "9")
        #expect(
            table.rendered() == """
                  service  spans
                  orders   1,800
                  pay          9
                """
        )
    }

    @Test("has no header line without titles, and fills rows that are too short")
    func headerless() {
        var table = TextTable(.text(), .number(), .text())
        table.add("sent", "6,000", "100 requests/s", "one too many")
        table.add("missed")
        #expect(table.rendered() == "  sent    6,000  100 requests/s\n  missed")
    }

    @Test("cuts the widest text to the terminal's width, and no number")
    func truncation() {
        var table = TextTable(.text("name"), .text("unit"), .number("n"))
        table.add("a name that goes on and on and on", "bytes", "1,234,567,890")
        let lines = table.rendered(width: 40).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 40 })
        #expect(lines.last == "  a name that goe…  bytes  1,234,567,890")
        #expect(table.rendered(width: 5).contains("1,234,567,890"))
    }

    @Test("counts wide characters as two columns and combining ones as none")
    func wideCharacters() {
        var table = TextTable(.text(), .text())
        table.add("日本", "x")
        table.add("e\u{301}tui", "x")
        table.add("🎉ab", "x")
        #expect(table.rendered() == "  日本  x\n  e\u{301}tui  x\n  🎉ab  x")
    }

    @Test("lets no escape sequence through")
    func controlCharacters() {
        var table = TextTable(.text())
        table.add("\u{1B}[2Jgone\r\n")
        #expect(table.rendered() == "  \u{FFFD}[2Jgone\u{FFFD}\u{FFFD}")
    }
}
