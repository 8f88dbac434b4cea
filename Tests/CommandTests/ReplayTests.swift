import CorpusStore
import Foundation
import OTLP
import TestSupport
import Testing

extension Programs {
    /// What `replay` is told while it runs, and what several of it do together.
    @Suite("Replays")
    struct Replays {
        private static let signals = ["traces", "metrics", "logs"]

        /// How many export requests a backend has taken.
        private static func taken(_ client: LoopbackClient) async throws -> Int {
            let counts = try await client.json(at: "/api/stats")
            return signals.compactMap { counts["\($0).requests"]?.integer }.reduce(0, +)
        }

        private static func sum(_ report: JSONValue, _ count: String) -> Int {
            signals.compactMap { report["signals.\($0).\(count)"]?.integer }.reduce(0, +)
        }

        private static func expectIdentity(
            _ report: JSONValue,
            of requests: Int,
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            let accounted = ["requests", "failed_requests", "unsent_requests"].map {
                sum(report, $0)
            }
            #expect(accounted.reduce(0, +) == requests, sourceLocation: sourceLocation)
        }

        private static func events(_ report: JSONValue) -> [(seconds: Double, what: String)] {
            guard case .array(let events)? = report["events"] else { return [] }
            return events.compactMap { event in
                guard let seconds = event["seconds"]?.double, let what = event["what"]?.string
                else { return nil }
                return (seconds, what)
            }
        }

        /// Replays a corpus of 100 requests to a backend of its own, with a terminal to press keys
        /// on, and calls the body once the first request is there.
        private func replayOnTerminal(
            _ speed: String,
            _ body:
                @escaping @Sendable (BuiltProgram, PseudoTerminal, LoopbackClient) async throws
                -> Void
        ) async throws -> (ending: BuiltProgram.Ending, report: JSONValue) {
            let corpus = try await RecordedCorpus(seed: 5, requests: 100)
            let terminal = try PseudoTerminal()
            #expect(terminal.isBuffered)
            let ending = try await BuiltProgram.with("playback-backend", ["--port", "0"]) {
                backend in
                let client = LoopbackClient(port: try await backend.port())
                let arguments = [
                    corpus.path, "--to", "http://127.0.0.1:\(client.port)", "--speed", speed,
                    "--json",
                ]
                return try await BuiltProgram.with(
                    "replay",
                    arguments,
                    reading: terminal.input
                ) { program in
                    try await poll(for: "request") {
                        try await Self.taken(client) > 0 ? true : nil
                    }
                    #expect(!terminal.isBuffered)
                    try await body(program, terminal, client)
                    return try await program.ending()
                }
            }
            #expect(terminal.isBuffered)
            let report = try JSONValue(parsing: ending.output)
            Self.expectIdentity(report, of: 100)
            return (ending, report)
        }

        @Test("halt, go on and change their speed at the press of a key, and are not late for it")
        func keys() async throws {
            let (ending, report) = try await replayOnTerminal("0.25x") { _, terminal, _ in
                try terminal.press(" ")
                // How long it is to be halted, whatever the machine does meanwhile.
                try await Task.sleep(for: .seconds(2))
                try terminal.press(" ")
                try terminal.press("+")
                try terminal.press("+")
                try terminal.press("-")
            }
            #expect(ending.code == 0, "\(ending.complaints)")
            #expect(report["complete"] == .flag(true))
            let events = Self.events(report)
            #expect(
                events.map(\.what) == ["paused", "resumed", "speed 0.5x", "speed 1x", "speed 0.5x"]
            )
            let seconds = events.map(\.seconds)
            try #require(seconds.count == 5)
            #expect(seconds[1] - seconds[0] > 1)
            #expect(try #require(report["lateness_ms.p50"]?.double) < 1_000)
        }

        @Test("end in order at the press of q, and give the terminal back")
        func quit() async throws {
            let (ending, report) = try await replayOnTerminal("0.01x") { _, terminal, _ in
                try terminal.press("q")
            }
            #expect(ending.code == 2, "\(ending.complaints)")
            #expect(report["complete"] == .flag(false))
            #expect(Self.events(report).map(\.what) == ["ended early"])
            #expect(Self.sum(report, "unsent_requests") > 0)
        }

        @Test("give the terminal back at Ctrl-C")
        func interrupted() async throws {
            let (ending, report) = try await replayOnTerminal("0.01x") { program, _, _ in
                program.interrupt()
            }
            #expect(ending.code == 2, "\(ending.complaints)")
            #expect(Self.events(report).map(\.what) == ["ended early"])
        }

        @Test("that are stopped for two seconds are late, say so and lose nothing")
        func halted() async throws {
            let (ending, report) = try await replayOnTerminal("1x") { program, _, _ in
                program.halt()
                try await Task.sleep(for: .seconds(2))
                program.goOn()
            }
            #expect(ending.code == 0, "\(ending.complaints)")
            #expect(report["complete"] == .flag(true))
            #expect(Self.sum(report, "requests") == 100)
            #expect(try #require(report["lateness_ms.max"]?.double) > 1_000)
            #expect(report["verdict.kept"] == .flag(false))
            #expect(report["verdict.text"]?.string?.contains("late") == true)
        }

        @Test(
            "by gRPC that are told no endpoint start a backend for it",
            .enabled(if: LoopbackPort.isFree(4317), "something listens on gRPC's port")
        )
        func embeddedGRPC() async throws {
            let corpus = try await RecordedCorpus(seed: 7, requests: 30)
            let arguments = [
                corpus.path, "--protocol", "grpc", "--speed", "max", "--json",
            ]
            let ending = try await BuiltProgram.with("replay", arguments) {
                try await $0.ending()
            }
            #expect(ending.code == 0, "\(ending.complaints)")
            #expect(ending.complaints.contains("127.0.0.1:4317"))
            let report = try JSONValue(parsing: ending.output)
            #expect(report["complete"] == .flag(true))
            #expect(report["settings.protocol"] == .text("grpc"))
            #expect(report["settings.to"]?.string?.contains("127.0.0.1:4317") == true)
            #expect(Self.sum(report, "requests") == 30)
        }

        /// The payloads that a backend has taken from replays with one start, sorted.
        private func payloads(
            _ corpus: RecordedCorpus,
            startAt: String,
            shards: [String?]
        ) async throws -> [[UInt8]] {
            let folder = try TemporaryFolder()
            let store = folder.file("taken.db")
            try await BuiltProgram.with(
                "playback-backend",
                ["--port", "0", "--store", store]
            ) { backend in
                let url = "http://127.0.0.1:\(try await backend.port())"
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for shard in shards {
                        group.addTask {
                            let arguments =
                                [
                                    corpus.path, "--to", url, "--start-at", startAt, "--speed",
                                    "10x",
                                    "--ids", "fresh", "--json",
                                ] + (shard.map { ["--shard", $0] } ?? [])
                            let ending = try await BuiltProgram.with("replay", arguments) {
                                try await $0.ending()
                            }
                            #expect(ending.code == 0, "\(ending.complaints)")
                        }
                    }
                    try await group.waitForAll()
                }
                backend.interrupt()
                _ = try await backend.ending()
            }
            var payloads: [[UInt8]] = []
            try CorpusReader(path: store).forEachRequest { payloads.append($1.payload) }
            return payloads.sorted { $0.lexicographicallyPrecedes($1) }
        }

        @Test("in three shards with one start send together what one sends, request for request")
        func shards() async throws {
            let corpus = try await RecordedCorpus(seed: 6, requests: 90, blockBytes: 50_000)
            // A start that has passed by the time they run is kept to, so all send the same times.
            let startAt = Date().addingTimeInterval(2).formatted(.iso8601)
            let alone = try await payloads(corpus, startAt: startAt, shards: [nil])
            let together = try await payloads(
                corpus,
                startAt: startAt,
                shards: ["0/3", "1/3", "2/3"]
            )
            #expect(alone.count == 90)
            #expect(together == alone)
        }
    }
}
