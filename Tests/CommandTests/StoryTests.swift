import Foundation
import OTLP
import TestSupport
import Testing

extension Programs {
    @Suite("Story")
    struct Story {
        @Test("finds what was recorded, unchanged, at the backend it was replayed to")
        func recordAndReplay() async throws {
            let folder = try TemporaryFolder()
            let (recorded, received) = (folder.file("run.db"), folder.file("backend.db"))
            let report = try await Programs.record(for: "2s", into: recorded)
            let statistics = try await Programs.verifiedStatistics(of: recorded)
            expectSameCounts(report, statistics)

            let beforeReplay = Date()
            let replay = try await replayToBackend(recorded, "20x", store: received) { report in
                expectAllAccepted(report, statistics)
                return report
            }
            try expectSameSpans(received, recorded, statistics, replayedAt: beforeReplay)

            let again = try await replayToBackend(recorded, "max", store: nil) { $0 }
            #expect(again["content_digest"] == replay["content_digest"])
            #expect(replay["content_digest"]?.string?.hasPrefix("sha256:") == true)
        }

        @Test("prints all the JSON keys that scripts rely on")
        func documentedKeys() async throws {
            let folder = try TemporaryFolder()
            let corpus = folder.file("run.db")
            let report = try await Programs.record(for: "1s", into: corpus)
            @Sendable func expectDocumented(_ found: JSONValue, _ documented: String) throws {
                let documented = try JSONValue(parsing: documented)
                #expect(found.paths(missingFrom: documented) == [])
            }
            try expectDocumented(report, DocumentedJSON.record)
            let statistics = try await Programs.verifiedStatistics(of: corpus)
            try expectDocumented(statistics, DocumentedJSON.corpusStats)
            try await BuiltProgram.with("playback-backend", ["--port", "0"]) { backend in
                let port = try await backend.port()
                let replay = try await Programs.replay(
                    corpus,
                    speed: "max",
                    port: port,
                    report: folder.file("report.json")
                )
                try expectDocumented(replay, DocumentedJSON.replay)
                let settings = try #require(replay["settings"])
                try expectDocumented(settings, DocumentedJSON.replaySettings)
                #expect(settings["protocol"] == .text("http/protobuf"))
                #expect(
                    settings["endpoints.logs"] == .text("http://127.0.0.1:\(port)/v1/logs")
                )
                let counts = try await LoopbackClient(port: port).json(at: "/api/stats")
                try expectDocumented(counts, DocumentedJSON.backend)
            }
        }

        @Test(
            "leaves a corpus that the plain sqlite3 shell counts as the report does",
            .enabled(
                if: SQLiteShell.isInstalled,
                "sqlite3 is not installed; tools/install-packages installs it"
            )
        )
        func plainShell() async throws {
            let folder = try TemporaryFolder()
            let corpus = folder.file("run.db")
            let report = try await Programs.record(for: "1s", into: corpus)
            for table in ["spans", "metric_points", "log_records"] {
                let sql = "SELECT count(*) FROM \(table)"
                #expect(
                    try await SQLiteShell.numbers(sql, in: corpus)
                        == [report["items.\(table)"]?.integer]
                )
            }
            let requests = try await SQLiteShell.numbers(
                "SELECT count(*), sum(items) FROM requests GROUP BY signal ORDER BY signal",
                in: corpus
            )
            let counts = Signal.allCases.flatMap { signal in
                [
                    report["export_requests.\(signal.rawValue)"]?.integer,
                    report["items.\(signal.itemsName)"]?.integer,
                ]
            }
            #expect(requests == counts)
        }

        @Test("has an order service and its load in programs of their own")
        func orderServiceAndLoad() async throws {
            try await BuiltProgram.with("playback-backend", ["--port", "0"]) { backend in
                let client = LoopbackClient(port: try await backend.port())
                let url = "http://127.0.0.1:\(client.port)"
                try await BuiltProgram.with(
                    "order-service",
                    ["--port", "0", "--time-scale", "0", "--otlp", url]
                ) { service in
                    let target = "http://127.0.0.1:\(try await service.port())"
                    let load = try await BuiltProgram.run(
                        "load-test",
                        "--rps",
                        "40",
                        "--duration",
                        "1s",
                        "--to",
                        target,
                        "--json"
                    )
                    #expect(load.code == 0, "\(load.complaints)")
                    #expect(try JSONValue(parsing: load.output)["load.sent"] == .number(40))
                    service.interrupt()
                    #expect(try await service.ending().code == 0)
                }
                let counts = try await client.json(at: "/api/stats")
                for (signal, expected) in [("traces", 120.0), ("metrics", 240), ("logs", 320)] {
                    let found = try #require(counts["\(signal).items"]?.double)
                    #expect(abs(found / expected - 1) <= 0.05, "\(signal)")
                }
            }
        }
    }
}

extension Programs.Story {
    private func expectSameCounts(_ report: JSONValue, _ statistics: JSONValue) {
        for path in ["complete", "export_requests", "items", "digest", "bytes.payload"] {
            #expect(report[path] != nil)
            #expect(report[path] == statistics[path], "\(path)")
        }
        #expect(report["complete"] == .flag(true))
        #expect(report["bytes.stored"] == statistics["bytes.blocks"])
        #expect(report["bytes.file"] == statistics["bytes.file"])
        #expect(report["load.sent"] == .number(80))
    }

    /// Runs a backend, replays the corpus to it, and ends the backend with Ctrl-C.
    private func replayToBackend(
        _ corpus: String,
        _ speed: String,
        store: String?,
        _ check: @escaping @Sendable (_ report: JSONValue) throws -> JSONValue
    ) async throws -> JSONValue {
        let arguments = ["--port", "0"] + (store.map { ["--store", $0] } ?? [])
        return try await BuiltProgram.with("playback-backend", arguments) { backend in
            let client = LoopbackClient(port: try await backend.port())
            let folder = try TemporaryFolder()
            let file = folder.file("report.json")
            let report = try await Programs.replay(
                corpus,
                speed: speed,
                port: client.port,
                report: file
            )
            let written = try String(contentsOfFile: file, encoding: .utf8)
            #expect(try JSONValue(parsing: written) == report)
            let counts = try await client.json(at: "/api/stats")
            for signal in Signal.allCases.map(\.rawValue) {
                for count in ["requests", "items", "bytes"] {
                    let path = "\(signal).\(count)"
                    #expect(counts[path] == report["signals.\(path)"], "\(path)")
                }
            }
            backend.interrupt()
            let ending = try await backend.ending()
            #expect(ending.code == 0, "\(ending.complaints)")
            return try check(report)
        }
    }

    private func expectAllAccepted(_ replay: JSONValue, _ statistics: JSONValue) {
        #expect(replay["complete"] == .flag(true))
        #expect(replay["corpus.digest"] == statistics["digest"])
        for signal in Signal.allCases {
            let found = replay["signals.\(signal.rawValue)"]
            let items = statistics["items.\(signal.itemsName)"]
            #expect(found?["requests"] == statistics["export_requests.\(signal.rawValue)"])
            #expect(found?["items"] == items)
            #expect(found?["accepted_items"] == items)
            for loss in ["rejected_items", "failed_requests", "unsent_requests"] {
                #expect(found?[loss] == .number(0))
            }
        }
        let bytes = Signal.allCases.compactMap {
            replay["signals.\($0.rawValue).bytes"]?.integer
        }
        #expect(bytes.reduce(0, +) == statistics["bytes.payload"]?.integer)
        let planned = (statistics["duration_seconds"]?.double ?? 0) / 20
        #expect(abs((replay["planned_seconds"]?.double ?? 0) - planned) < 0.001)
    }

    private func expectSameSpans(
        _ received: String,
        _ recorded: String,
        _ statistics: JSONValue,
        replayedAt start: Date
    ) throws {
        let spans = try #require(statistics["items.spans"]?.integer)
        let orders = try #require(statistics["items.spans"]?.integer) / 3
        let comparison = try CorpusComparison(received: received, recorded: recorded)
        #expect(try comparison.sameDurations == spans)
        #expect(try comparison.distortedTraces == 0)
        #expect(try comparison.childSpans == orders * 2)
        #expect(try comparison.nestedSpans == orders * 2)
        // The first trace lies before the first arrival, by what batching took at this speed.
        let first = try #require(try comparison.firstStartNanoseconds)
        let seconds = Double(first) / 1e9 - start.timeIntervalSince1970
        #expect(seconds > -1 && seconds < 5)
    }
}
