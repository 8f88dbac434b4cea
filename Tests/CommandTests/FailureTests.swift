import Foundation
import TestSupport
import Testing

extension Programs {
    @Suite("Failures")
    struct Failures {
        /// Expects an end with 1 and one line that names the program, the culprit and what is wrong.
        private func expectFailure(
            _ ending: BuiltProgram.Ending,
            of program: String,
            naming words: String...,
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            #expect(ending.code == 1, "\(ending.complaints)", sourceLocation: sourceLocation)
            let lines = ending.complaintLines
            #expect(lines.count == 1, "\(lines)", sourceLocation: sourceLocation)
            #expect(lines.first?.hasPrefix("\(program): ") == true, sourceLocation: sourceLocation)
            for word in words {
                #expect(
                    lines.first?.contains(word) == true,
                    "\(ending.complaints)",
                    sourceLocation: sourceLocation
                )
            }
        }

        @Test("name a corpus that can't be read", arguments: BrokenCorpus.allCases)
        func brokenCorpus(_ broken: BrokenCorpus) async throws {
            let corpus = try await broken.make()
            let stats = try await BuiltProgram.run("corpus-stats", corpus.path, "--verify")
            expectFailure(stats, of: "corpus-stats", naming: corpus.path, broken.complaint)

            let backend = try LoopbackPort()
            let url = "http://127.0.0.1:\(backend.number)"
            let replay = try await BuiltProgram.run("replay", corpus.path, "--to", url)
            expectFailure(replay, of: "replay", naming: corpus.path, broken.complaint)
            // A block is met on the way, and what was sent until then is reported.
            if broken != .bitFlipped { #expect(replay.output == "") }
        }

        @Test("report what was sent before a damaged block, and name it")
        func damagedBlock() async throws {
            var generator = TelemetryGenerator(seed: 3)
            let requests = try (0..<40).map { _ in try generator.next() }
            let corpus = try await RecordedCorpus(requests, blockBytes: 20_000)
            let lost = try corpus.damageLastBlock()
            let (file, page) = (corpus.folder.file("run.json"), corpus.folder.file("run.html"))
            try await BuiltProgram.with("playback-backend", ["--port", "0"]) { backend in
                let client = LoopbackClient(port: try await backend.port())
                let url = "http://127.0.0.1:\(client.port)"
                for report in [file, page] {
                    let replay = try await BuiltProgram.run(
                        "replay",
                        corpus.path,
                        "--to",
                        url,
                        "--speed",
                        "1000x",
                        "--report",
                        report,
                        "--json",
                        "--quiet"
                    )
                    expectFailure(replay, of: "replay", naming: corpus.path, "into the recording")
                    let printed = try JSONValue(parsing: replay.output)
                    #expect(printed["complete"] == .flag(false))
                    #expect(printed["error"]?.string?.contains("holds \(lost) export") == true)
                }
                let counts = try await client.json(at: "/api/stats")
                let sent = ["traces", "metrics", "logs"].compactMap {
                    counts["\($0).requests"]?.integer
                }
                #expect(sent.reduce(0, +) == 2 * (40 - lost))
            }
            let written = try JSONValue(parsing: String(contentsOfFile: file, encoding: .utf8))
            #expect(written["complete"] == .flag(false))
            #expect(try String(contentsOfFile: page, encoding: .utf8).contains("is damaged"))
        }

        @Test("name a corpus without export requests")
        func emptyCorpus() async throws {
            let corpus = try await RecordedCorpus([])
            let backend = try LoopbackPort()
            let url = "http://127.0.0.1:\(backend.number)"
            let replay = try await BuiltProgram.run("replay", corpus.path, "--to", url)
            expectFailure(replay, of: "replay", naming: corpus.path, "no export request")
            let stats = try await BuiltProgram.run("corpus-stats", corpus.path, "--verify")
            #expect(stats.code == 0)
        }

        @Test(
            "leave an existing file as it is unless told to replace it",
            arguments: [["record", "--out"], ["playback-backend", "--port", "0", "--store"]]
        )
        func existingOutput(_ command: [String]) async throws {
            let folder = try TemporaryFolder()
            let path = folder.file("run.db")
            let content = Data("a file of the user's own".utf8)
            try content.write(to: URL(fileURLWithPath: path))
            let ending = try await BuiltProgram.with(
                command[0],
                command.dropFirst() + [path]
            ) { try await $0.ending() }
            expectFailure(ending, of: command[0], naming: path, "--force")
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run.db"])
        }

        @Test("name a folder that isn't there", arguments: ["record", "playback-backend"])
        func missingFolder(program: String) async throws {
            let folder = try TemporaryFolder()
            let path = folder.file("none/run.db")
            let option = program == "record" ? "--out" : "--store"
            let ending = try await BuiltProgram.run(program, "--port", "0", option, path)
            expectFailure(ending, of: program, naming: path, "no folder")
        }

        @Test(
            "name a port that is in use, and make no file",
            arguments: [
                ["record", "--port", "PORT", "--out", "run.db"],
                ["record", "--listen", "127.0.0.1:PORT", "--out", "run.db"],
                ["playback-backend", "--port", "PORT", "--store", "run.db"],
                ["order-service", "--port", "PORT"],
            ]
        )
        func portInUse(_ command: [String]) async throws {
            let folder = try TemporaryFolder()
            let taken = try LoopbackPort()
            let arguments = command.dropFirst().map {
                $0.replacing("PORT", with: String(taken.number))
            }
            let ending = try await BuiltProgram.with(command[0], arguments, in: folder.path) {
                try await $0.ending()
            }
            expectFailure(ending, of: command[0], naming: "127.0.0.1:\(taken.number)", "in use")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        }

        @Test(
            "replace no file when a port is in use",
            arguments: [["record", "--out"], ["playback-backend", "--store"]]
        )
        func portInUseWithForce(_ command: [String]) async throws {
            let folder = try TemporaryFolder()
            let path = folder.file("run.db")
            let content = Data("a file of the user's own".utf8)
            try content.write(to: URL(fileURLWithPath: path))
            let taken = try LoopbackPort()
            let ending = try await BuiltProgram.run(
                command[0],
                command[1],
                path,
                "--force",
                "--port",
                String(taken.number)
            )
            expectFailure(ending, of: command[0], naming: "127.0.0.1:\(taken.number)", "in use")
            #expect((try? Data(contentsOf: URL(fileURLWithPath: path))) == content)
        }

        @Test("name a target at which nothing listens")
        func unreachable() async throws {
            let corpus = try await RecordedCorpus(seed: 1, requests: 3)
            let url = "http://127.0.0.1:\(try LoopbackPort.free)"
            let replay = try await BuiltProgram.run("replay", corpus.path, "--to", url)
            expectFailure(replay, of: "replay", naming: url, "nothing listens")
            let load = try await BuiltProgram.run("load-test", "--to", url, "--quiet")
            expectFailure(load, of: "load-test", naming: url, "nothing listens")
        }
    }
}
