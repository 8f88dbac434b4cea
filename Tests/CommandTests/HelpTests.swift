import Foundation
import Testing

extension Programs {
    @Suite("Help")
    struct Help {
        @Test("are all the package's programs")
        func everyProgram() throws {
            let manifest = URL(fileURLWithPath: #filePath)
                .deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("Package.swift")
            let text = try String(contentsOf: manifest, encoding: .utf8)
            let declared = text.matches(of: /\.program\(\s*"([a-z-]+)"/).map { String($0.1) }
            #expect(declared.sorted() == Programs.names)
        }

        @Test("explains a program with examples and its exit codes", arguments: Programs.names)
        func help(program: String) async throws {
            let ending = try await BuiltProgram.run(program, "--help")
            #expect(ending.code == 0)
            #expect(ending.complaints == "")
            for words in ["OVERVIEW: ", "EXAMPLES\n", "Exit codes: 0 done", "USAGE: \(program) "] {
                #expect(ending.output.contains(words))
            }
        }

        @Test("says what every option and argument does", arguments: Programs.names)
        func options(program: String) async throws {
            let ending = try await BuiltProgram.run(program, "--experimental-dump-help")
            let help = try JSONValue(parsing: ending.output)
            let arguments = Self.arguments(of: help["command"])
            #expect(arguments.count > 1)
            for argument in arguments {
                #expect(argument["abstract"]?.string?.isEmpty == false, "\(argument)")
            }
        }

        /// Those of a command and of its subcommands, the argument parser's own `help` left out.
        private static func arguments(of command: JSONValue?) -> [JSONValue] {
            let subcommands = (command?["subcommands"]?.elements ?? [])
                .filter { $0["commandName"]?.string != "help" }
            return (command?["arguments"]?.elements ?? [])
                + subcommands.flatMap { arguments(of: $0) }
        }
    }
}
