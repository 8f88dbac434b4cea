import ArgumentParser

@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure what the documentation quotes, and fuzz what reads foreign bytes.",
        discussion: """
            Figures are of use from a release build alone: swift run -c release bench …
            """,
        subcommands: [Codec.self, Edit.self, Fuzz.self]
    )
}
