import CorpusStore
import Foundation
import TestSupport
import Testing

extension Programs {
    @Suite("corpus-tool")
    struct CorpusTool {
        private static let shipped = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("corpora/orders-10rps-1m.db").path

        private let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
        }

        private var names: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
        }

        private func tool(_ arguments: String...) async throws -> BuiltProgram.Ending {
            try await BuiltProgram.with("corpus-tool", arguments, in: folder.path) {
                try await $0.ending()
            }
        }

        private func succeed(_ script: String) async throws -> String {
            let (code, text) = try await Shell.run(script, in: folder.path)
            try #require(code == 0, "\(text)")
            return text
        }

        @Test("takes a corpus through pipes and files and gives every payload back")
        func roundTrip() async throws {
            let shipped = Self.shipped
            _ = try await succeed(
                """
                corpus-tool export '\(shipped)' | corpus-tool import - --out json.db
                corpus-tool export '\(shipped)' --format proto | gzip | \
                    corpus-tool import - --index none --out proto.db
                corpus-tool diff '\(shipped)' json.db && corpus-tool diff '\(shipped)' proto.db
                """
            )
            let digest = try CorpusReader(path: shipped).recording.digest
            for name in ["json", "proto"] {
                #expect(
                    try CorpusReader(path: folder.file(name + ".db")).recording.digest == digest
                )
            }
        }

        @Test("cuts, merges, joins, indexes and compacts without losing or changing anything")
        func editing() async throws {
            let text = try await succeed(
                """
                set -e
                for signal in traces metrics logs; do
                    corpus-tool cut '\(Self.shipped)' --signals $signal --out $signal.db
                done
                corpus-tool merge logs.db metrics.db traces.db --out merged.db
                corpus-tool cut merged.db --until 20s --index none --out 1.db
                corpus-tool cut merged.db --from 20s --until 40s --out 2.db
                corpus-tool cut merged.db --from 40s --index none --out 3.db
                corpus-tool concat 1.db 2.db 3.db --index none --out joined.db
                corpus-tool index joined.db --index none --out small.db
                corpus-tool compact small.db --index all --out compact.db
                corpus-tool verify compact.db
                corpus-tool diff '\(Self.shipped)' compact.db
                """
            )
            #expect(text.contains("The same: 132 export requests"))
            guard SQLiteShell.isInstalled else { return }
            let counts =
                "SELECT (SELECT count(*) FROM spans), (SELECT count(*) FROM metric_points),"
                + " (SELECT count(*) FROM log_records)"
            let all = [1_800, 3_600, 4_800]
            #expect(try await SQLiteShell.numbers(counts, in: folder.file("compact.db")) == all)
            #expect(
                try await SQLiteShell.numbers(counts, in: folder.file("small.db")) == [0, 0, 0]
            )
            #expect(
                try await SQLiteShell.numbers(counts, in: folder.file("logs.db")) == [0, 0, 4_800]
            )
            let arrivals = "SELECT (max(arrival_ns) - min(arrival_ns)) / 1000000000 FROM requests"
            let seconds = try await SQLiteShell.numbers(arrivals, in: folder.file("2.db"))
            #expect(seconds.count == 1 && seconds[0] < 20)
        }

        @Test(
            "cuts by traces without splitting one",
            arguments: ["", "--from 20s --until 40s"]
        )
        func traces(window: String) async throws {
            guard SQLiteShell.isInstalled else { return }
            _ = try await succeed(
                "corpus-tool cut '\(Self.shipped)' --traces-with error --out cut.db \(window) && "
                    + "corpus-tool verify cut.db"
            )
            func count(_ table: String, _ schema: String) -> String {
                """
                (SELECT count(*) FROM \(schema).\(table) JOIN \(schema).trace_ids
                    ON trace_ids.id = trace WHERE trace_id = cut.trace_id)
                """
            }
            let sql = """
                ATTACH 'file:\(Self.shipped)?immutable=1' AS whole;
                SELECT count(*),
                    sum(\(count("spans", "main")) <> \(count("spans", "whole"))
                        OR \(count("log_records", "main")) <> \(count("log_records", "whole"))),
                    sum((SELECT max(status) FROM main.spans WHERE trace = cut.id) <> 2)
                FROM main.trace_ids AS cut WHERE id > 0
                """
            let counts = try await SQLiteShell.numbers(sql, in: folder.file("cut.db"))
            #expect(counts.count == 3 && counts[0] > 5 && counts[1...] == [0, 0], "\(counts)")
            let all = try await SQLiteShell.numbers(
                "SELECT count(*) FROM (SELECT trace FROM spans WHERE trace > 0 GROUP BY trace "
                    + "HAVING max(status) = 2)",
                in: Self.shipped
            )
            if window.isEmpty { #expect(counts.first == all.first) }
        }

        @Test("redacts so that neither the file nor anything read from it shows what it was")
        func redaction() async throws {
            let secret = "a secret of some length"
            try Data((secret + "\n").utf8).write(to: URL(fileURLWithPath: folder.file("secret")))
            let text = try await succeed(
                """
                set -e
                corpus-tool redact '\(Self.shipped)' --drop 'customer.*' --hash order.id \\
                    --secret-file secret --out redacted.db
                PLAYBACK_REDACTION_SECRET='\(secret)' corpus-tool redact '\(Self.shipped)' \\
                    --drop 'customer.*' --hash order.id --index none --out again.db --json
                corpus-tool diff redacted.db again.db
                corpus-tool verify redacted.db
                corpus-tool export '\(Self.shipped)' > before.jsonl
                corpus-tool export redacted.db > after.jsonl
                grep -o -E '(customer-|ord_)[0-9a-f]+' before.jsonl | sort -u > values
                ! grep -F -f values after.jsonl
                ! grep -a -F -f values redacted.db
                corpus-stats redacted.db
                """
            )
            #expect(text.contains("redacted dropped customer.*; hashed order.id; HMAC-SHA256"))
            #expect(!text.contains(secret))
            let before = try CorpusReader(path: Self.shipped).statistics()
            let after = try CorpusReader(path: folder.file("redacted.db")).statistics()
            #expect(after.items == before.items)
            #expect(after.operations.map(\.name) == before.operations.map(\.name))
            let values = try String(contentsOfFile: folder.file("values"), encoding: .utf8)
            #expect(values.split(separator: "\n").count > 600)
        }

        @Test("redacts nothing with rules that can't be, and leaves no file")
        func badRules() async throws {
            try Data("order.id\nno key\n".utf8)
                .write(to: URL(fileURLWithPath: folder.file("keys")))
            let mistakes: [(arguments: [String], code: Int32, complaint: String)] = [
                ([], 64, "say what to redact"), (["--drop", ""], 64, "no key of an attribute"),
                (["--drop-bodies", "--hash-bodies"], 64, "both"),
                (["--keep-keys", "missing"], 1, "missing: can't be read: No such file"),
                (["--keep-keys", "keys"], 1, "keys: line 2: 'no key' is no key"),
                (["--hash", "x", "--secret-file", "keys"], 1, "make one of 16 or more"),
            ]
            for mistake in mistakes {
                let ending = try await BuiltProgram.with(
                    "corpus-tool",
                    ["redact", Self.shipped, "--out", "out.db"] + mistake.arguments,
                    in: folder.path
                ) { try await $0.ending() }
                #expect(ending.code == mistake.code, "\(ending.complaints)")
                #expect(ending.complaints.contains(mistake.complaint), "\(ending.complaints)")
                if mistake.code == 1 { #expect(ending.complaintLines.count == 1) }
            }
            #expect(try names == ["keys"])
            let preview = try await tool("redact", Self.shipped, "--drop", "order.*", "--dry-run")
            #expect(preview.code == 0)
            #expect(preview.output.contains("order.id"))
            #expect(try names == ["keys"])
        }

        @Test("reports as JSON, and says with its exit code whether corpora differ")
        func reports() async throws {
            let cut = try await tool(
                "cut",
                Self.shipped,
                "--until",
                "10s",
                "--out",
                "c.db",
                "--json"
            )
            #expect(cut.code == 0, "\(cut.complaints)")
            let report = try JSONValue(parsing: cut.output)
            #expect(report["version"] == .number(1))
            #expect(report["corpus"] == .text("c.db"))
            let digest = try CorpusReader(path: folder.file("c.db")).recording.digest
            #expect(report["digest"]?.string == digest)
            let diff = try await tool("diff", Self.shipped, "c.db", "--json")
            #expect(diff.code == 2, "\(diff.complaints)")
            let difference = try JSONValue(parsing: diff.output)
            #expect(difference["same"] == .flag(false))
            let missing = try #require(difference["only_in_a"]?.integer)
            #expect(
                missing + (report["export_requests.traces"]?.integer ?? 0)
                    + (report["export_requests.metrics"]?.integer ?? 0)
                    + (report["export_requests.logs"]?.integer ?? 0) == 132
            )
            let verify = try await tool("verify", "c.db", "--json")
            #expect(verify.code == 0)
            #expect(try JSONValue(parsing: verify.output)["verified"] == .flag(true))
            let corpus = try await RecordedCorpus(seed: 3, requests: 20)
            try corpus.damageBlocks()
            let damaged = try await tool("verify", corpus.path)
            #expect(damaged.code == 1)
            #expect(damaged.output.contains("does not match its checksum"))
        }

        @Test("recovers what is left of a corpus, and says with its exit code whether that is all")
        func recovering() async throws {
            let whole = try await tool("recover", Self.shipped, "--out", "whole.db")
            #expect(whole.code == 0, "\(whole.complaints)")
            #expect(whole.output.contains("Nothing is lost."))
            let corpus = try await RecordedCorpus(seed: 5, requests: 40, blockBytes: 5_000)
            let count = try corpus.damageFirstBlock()
            let text = try await tool("recover", corpus.path, "--out", "saved.db")
            #expect(text.code == 2, "\(text.complaints)")
            #expect(text.output.contains("lost: export request"))
            let json = try await tool("recover", corpus.path, "--out", "2.db", "--json")
            #expect(json.code == 2)
            let report = try JSONValue(parsing: json.output)
            #expect(report["lost_requests"]?.integer == count)
            #expect(report["whole"] == .flag(false))
            #expect(try await tool("verify", "saved.db").code == 0)
            #expect(try names == ["2.db", "saved.db", "whole.db"])
        }

        @Test("recovers nothing from what is no corpus, says so in a line, and makes no file")
        func unrecoverable() async throws {
            _ = try await succeed(
                "mkdir folder; : > empty; yes 'Dear diary' | head -c 50000 > text; mkfifo pipe"
            )
            let before = try names
            for (name, out) in [
                ("folder", "o"), ("empty", "o"), ("text", "o"), ("pipe", "o"), ("none", "o"),
                ("text", "text"),
            ] {
                let ending = try await tool("recover", name, "--out", out, "--force")
                #expect(ending.code == 1)
                #expect(ending.output == "")
                #expect(ending.complaintLines.count == 1, "\(ending.complaints)")
                #expect(ending.complaints.hasPrefix("corpus-tool: \(name): "))
            }
            #expect(try names == before)
        }

        @Test("names file, line and reason of a bad line; told to skip it, ends with 2")
        func badLine() async throws {
            let good = #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"5"}]}]}]}"#
            try Data((good + "\n{\"resourceLogs\":1}\n" + good).utf8)
                .write(to: URL(fileURLWithPath: folder.file("in.jsonl")))
            let failed = try await tool("import", "in.jsonl", "--out", "out.db")
            #expect(failed.code == 1)
            #expect(failed.complaintLines.count == 1)
            #expect(failed.complaints.hasPrefix("corpus-tool: in.jsonl: line 2: not an export"))
            #expect(try names == ["in.jsonl"])
            let skipped = try await tool("import", "in.jsonl", "--skip-bad", "--out", "out.db")
            #expect(skipped.code == 2)
            #expect(skipped.output.contains("line 2"))
        }

        /// What may be handed to `import` that is no telemetry, and what is said of it.
        static let badInputs: [(script: String, complaint: String)] = [
            (": > in", "there is no telemetry"),
            ("mkdir in", "it is a folder"),
            ("true", "No such file"),
            ("corpus-tool export $corpus | gzip | head -c 20000 > in", "ends too early"),
            (
                "corpus-tool export $corpus --out all.zst; head -c 20000 all.zst > in",
                "ends too early"
            ),
            (
                "corpus-tool export $corpus --format proto | head -c 20000 > in",
                "middle of a message"
            ),
            ("echo '{\"spans\":[]}' > in", "line 1: no OTLP/JSON"),
            ("head -c 100000000 /dev/zero | tr '\\0' '{' > in", "line 1: the line is longer"),
            (
                "(corpus-tool export $corpus | head -1; "
                    + "corpus-tool export $corpus --format proto) > in",
                "line 2: no OTLP/JSON"
            ),
            ("cp $corpus in", "neither OTLP/JSON nor length-delimited"),
        ]

        @Test("refuses what is no telemetry in one line, and leaves no file", arguments: 0..<10)
        func badInput(place: Int) async throws {
            let (script, complaint) = Self.badInputs[place]
            _ = try await Shell.run("corpus='\(Self.shipped)'; " + script, in: folder.path)
            let before = try names
            let ending = try await tool("import", "in", "--out", "out.db", "--quiet")
            #expect(ending.code == 1)
            #expect(ending.output == "")
            #expect(ending.complaintLines.count == 1, "\(ending.complaints)")
            #expect(ending.complaints.contains(complaint), "\(ending.complaints)")
            #expect(try names == before)
        }

        @Test("never replaces what it reads, nor a file without being told to")
        func overwriting() async throws {
            let corpus = folder.file("run.db")
            try FileManager.default.copyItem(atPath: Self.shipped, toPath: corpus)
            let before = try Data(contentsOf: URL(fileURLWithPath: corpus))
            let commands = [
                ["cut", "run.db", "--out", "run.db", "--force"],
                [
                    "compact", "run.db", "--out",
                    "../\(URL(fileURLWithPath: folder.path).lastPathComponent)/run.db", "--force",
                ],
                ["export", "run.db", "--out", "run.db", "--force"],
                ["import", "run.db", "--out", "run.db", "--force"],
                ["merge", "\(Self.shipped)", "run.db", "--out", "run.db", "--force"],
                ["index", Self.shipped, "--out", "run.db"],
                ["redact", "run.db", "--drop", "*", "--out", "run.db", "--force"],
            ]
            for command in commands {
                let ending = try await BuiltProgram.with("corpus-tool", command, in: folder.path) {
                    try await $0.ending()
                }
                #expect(ending.code == 1)
                #expect(ending.complaintLines.count == 1, "\(ending.complaints)")
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: corpus)) == before)
            #expect(try names == ["run.db"])
        }

        @Test("says in one line that no more can be written, and leaves no file")
        func noRoom() async throws {
            // A limit on the length of files stands for a full disk.
            for command in ["export", "index"] {
                let (code, text) = try await Shell.run(
                    "trap '' XFSZ; ulimit -f 100; corpus-tool \(command) '\(Self.shipped)' --out out",
                    in: folder.path
                )
                #expect(code == 1, "\(text)")
                #expect(text.split(separator: "\n").count == 1, "\(text)")
                #expect(text.hasPrefix("corpus-tool: out: "), "\(text)")
                #expect(try names == [])
            }
        }

        @Test("ends at Ctrl-C, and leaves no file, also while it waits for input")
        func interruption() async throws {
            let line =
                #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":""#
                + String(repeating: "x", count: 1 << 20) + #""}}]}]}]}"# + "\n"
            let pipe = folder.file("pipe")
            mkfifo(pipe, 0o600)
            let arguments = ["import", "pipe", "--out", "out.db"]
            let ending = try await BuiltProgram.with("corpus-tool", arguments, in: folder.path) {
                [folder] program in
                let writer = try await poll(for: "reader") {
                    let descriptor = open(pipe, O_WRONLY | O_NONBLOCK)
                    return descriptor >= 0 ? descriptor : nil
                }
                _ = fcntl(writer, F_SETFL, 0)
                let handle = FileHandle(fileDescriptor: writer, closeOnDealloc: true)
                for _ in 0..<5 { try handle.write(contentsOf: Data(line.utf8)) }
                try await poll(for: "part of a corpus") {
                    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                    return names.contains { $0.hasSuffix(".part") } ? true : nil
                }
                program.interrupt()
                let ending = try await program.ending()
                try handle.close()
                return ending
            }
            #expect(ending.code == 1)
            #expect(ending.complaints.contains("corpus-tool: interrupted before it was done"))
            #expect(try names == ["pipe"])
        }
    }
}
