import ArgumentParser

@main
struct CorpusTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corpus-tool",
        abstract: "Exchange, edit, check and mend corpora.",
        discussion: """
            A subcommand that makes a corpus makes a new file, and never changes the one it reads.

            EXAMPLES
              corpus-tool verify run.db

            Exit codes: 0 done, 1 failed, 2 done but something was lost, 64 usage.
            """,
        subcommands: [Verify.self]
    )
}
