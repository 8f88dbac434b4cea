import Terminal
import Testing

@Suite struct ConsoleTests {
    @Test("colours text only on a terminal, and not where NO_COLOR is set")
    func colours() {
        func style(_ isTerminal: Bool, _ environment: [String: String]) -> Style {
            Console(fileDescriptor: -1, isTerminal: isTerminal, environment: environment).style
        }
        #expect(style(true, [:]) == .ansi)
        #expect(style(true, ["NO_COLOR": ""]) == .ansi)
        #expect(style(true, ["NO_COLOR": "1"]) == .plain)
        #expect(style(true, ["TERM": "dumb"]) == .plain)
        #expect(style(false, [:]) == .plain)
    }

    @Test("leaves text unchanged where style is off")
    func plain() {
        #expect(Style.plain.heading("Load") == "Load")
        #expect(Style.ansi.red("no") == "\u{1B}[31mno\u{1B}[0m")
        #expect(Style.ansi.red("").isEmpty)
    }

    @Test("has a width only on a terminal, and survives an output that is closed")
    func width() {
        #expect(Console(fileDescriptor: -1, isTerminal: false, environment: [:]).width == nil)
        let closed = Console(fileDescriptor: -1, isTerminal: true, environment: [:])
        #expect(closed.width == 80)
        closed.write("lost")
    }
}
