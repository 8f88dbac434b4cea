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
            let commands = try #require(help["command"].map(Self.withSubcommands))
            let arguments = commands.flatMap { $0["arguments"]?.elements ?? [] }
            #expect(arguments.count > 1)
            for argument in arguments {
                #expect(argument["abstract"]?.string?.isEmpty == false, "\(argument)")
            }
        }

        @Test("explains each subcommand of corpus-tool with examples and its exit codes")
        func subcommands() async throws {
            let ending = try await BuiltProgram.run("corpus-tool", "--experimental-dump-help")
            let help = try JSONValue(parsing: ending.output)
            let subcommands = (help["command.subcommands"]?.elements ?? [])
                .filter { $0["commandName"]?.string != "help" }
            #expect(subcommands.count >= 9)
            for subcommand in subcommands {
                let text = try #require(subcommand["discussion"]?.string)
                #expect(text.contains("EXAMPLES\n  corpus-tool "), "\(text)")
                #expect(text.contains("Exit codes: 0 "), "\(text)")
            }
        }

        private static func withSubcommands(_ command: JSONValue) -> [JSONValue] {
            [command]
                + (command["subcommands"]?.elements ?? [])
                .filter { $0["commandName"]?.string != "help" }
                .flatMap(withSubcommands)
        }
    }
}
