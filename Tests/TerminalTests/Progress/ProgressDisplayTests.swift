import Terminal
import Testing

@Suite struct ProgressDisplayTests {
    @Test("rewrites one line on a terminal, at most ten times a second")
    func live() {
        var display = ProgressDisplay(.live)
        #expect(display.show("1", at: .zero) == "\r1\u{1B}[K")
        #expect(display.show("2", at: .milliseconds(99)) == nil)
        #expect(display.show("3", at: .milliseconds(100)) == "\r3\u{1B}[K")
    }

    @Test("cuts a line that would wrap, and lets no control character through")
    func truncation() {
        var display = ProgressDisplay(.live)
        #expect(display.show("12\n456789", at: .zero, width: 7) == "\r12\u{FFFD}45…\u{1B}[K")
    }

    @Test("erases the line at the end, once, and only if it showed one")
    func finish() {
        var display = ProgressDisplay(.live)
        #expect(display.finish() == nil)
        _ = display.show("1", at: .zero)
        #expect(display.finish() == "\r\u{1B}[K")
        #expect(display.finish() == nil)
    }

    @Test("writes a plain line every five seconds elsewhere, from the fifth on")
    func lines() {
        var display = ProgressDisplay(.lines)
        #expect(display.show("1", at: .zero) == nil)
        #expect(display.show("2", at: .seconds(5)) == "2\n")
        #expect(display.show("3", at: .seconds(9)) == nil)
        #expect(display.show("4", at: .seconds(10)) == "4\n")
        #expect(display.finish() == nil)
    }

    @Test("says nothing when asked to be quiet")
    func quiet() {
        var display = ProgressDisplay(.quiet)
        #expect(display.show("1", at: .seconds(60)) == nil)
        #expect(display.finish() == nil)
    }
}
