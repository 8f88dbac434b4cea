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
            #expect(replay.output == "")
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
