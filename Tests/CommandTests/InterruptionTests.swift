import CorpusStore
import Foundation
import TestSupport
import Testing

extension Programs {
    @Suite("Interruptions")
    struct Interruptions {
        /// Runs a recording of an hour for as long as the body takes, which begins once the corpus
        /// holds so many export requests.
        private func withRecording<Value: Sendable>(
            into path: String,
            timeScale: String = "0",
            holding requests: Int,
            _ body: @escaping @Sendable (BuiltProgram) async throws -> Value
        ) async throws -> Value {
            let arguments = [
                "--rps", "60", "--duration", "1h", "--port", "0", "--time-scale", timeScale,
                "--out", path, "--json",
            ]
            return try await BuiltProgram.with("record", arguments) { program in
                try await poll(for: "\(requests) export requests in \(path)") {
                    Self.requestCount(path) >= requests ? true : nil
                }
                return try await body(program)
            }
        }

        /// How many export requests a corpus holds that is being recorded.
        private static func requestCount(_ path: String) -> Int {
            (try? CorpusReader(path: path).totals().requests) ?? 0
        }

        private func requestCount(_ statistics: JSONValue) -> Int {
            ["traces", "metrics", "logs"]
                .compactMap { statistics["export_requests.\($0)"]?.integer }.reduce(0, +)
        }

        @Test("end a recording in order with one Ctrl-C")
        func once() async throws {
            let folder = try TemporaryFolder()
            let path = folder.file("run.db")
            let ending = try await withRecording(into: path, holding: 5) { program in
                program.interrupt()
                return try await program.ending()
            }
            #expect(ending.code == 0, "\(ending.complaints)")
            let report = try JSONValue(parsing: ending.output)
            #expect(report["complete"] == .flag(true))
            let orders = try #require(report["load.sent"]?.integer)
            #expect(orders < 216_000)
            #expect(report["items.spans"]?.integer == orders * 3)
            let statistics = try await Programs.verifiedStatistics(of: path)
            #expect(statistics["complete"] == .flag(true))
            #expect(statistics["items"] == report["items"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run.db"])
        }

        @Test("end a recording at once with two, and the corpus is whole")
        func twice() async throws {
            let folder = try TemporaryFolder()
            let path = folder.file("run.db")
            // Orders take so long that they keep an orderly end waiting.
            let ending = try await withRecording(into: path, timeScale: "1000", holding: 2) {
                program in
                // Two that come at the same time are one.
                try await poll(for: "end") {
                    program.interrupt()
                    return program.isRunning ? nil : true
                }
                return try await program.ending()
            }
            #expect(ending.code == 130, "\(ending.complaints)")
            #expect(ending.output == "")
            let statistics = try await Programs.verifiedStatistics(of: path)
            #expect(statistics["complete"] == .flag(false))
            #expect(requestCount(statistics) >= 2)
        }

        @Test("by signal 9 lose nothing that was committed", arguments: [1, 10, 30])
        func killed(requests: Int) async throws {
            let folder = try TemporaryFolder()
            let path = folder.file("run.db")
            let (ending, held) = try await withRecording(into: path, holding: requests) {
                program in
                let held = Self.requestCount(path)
                program.kill()
                return (try await program.ending(), held)
            }
            #expect(ending.code == 137)
            let statistics = try await Programs.verifiedStatistics(of: path)
            #expect(statistics["complete"] == .flag(false))
            #expect(held >= requests)
            #expect(requestCount(statistics) >= held)
        }
    }
}
