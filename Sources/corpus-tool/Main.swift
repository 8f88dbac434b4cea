import ArgumentParser

@main
struct CorpusTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corpus-tool",
        abstract: "Exchange, edit, check and mend corpora.",
        discussion: """
            A subcommand that makes a corpus makes a new file, and never changes the one it reads.

            EXAMPLES
              corpus-tool export run.db --out run.jsonl.gz
              corpus-tool import telemetry.jsonl --out run.db
              corpus-tool cut run.db --from 10s --until 20s --out middle.db
              corpus-tool merge host-1.db host-2.db --out both.db
              corpus-tool redact run.db --drop 'customer.*' --out shared.db
              corpus-tool verify run.db
              corpus-tool recover damaged.db --out saved.db

            Exit codes: 0 done, 1 failed, 2 done but something was lost or differs, 64 usage.
            """,
        subcommands: [
            Export.self, Import.self, Cut.self, Merge.self, Concat.self, Redact.self, Index.self,
            Compact.self, Verify.self, Recover.self, Diff.self,
        ]
    )
}
