import CorpusStore
import OTLP
import TestSupport
import Testing

extension Programs {
    @Suite("Recording others")
    struct Listen {
        /// Records what a client sends, until all of it is answered.
        private func record(
            _ requests: [ExportRequest],
            into path: String,
            _ more: String...
        ) async throws -> BuiltProgram.Ending {
            let arguments = [
                "--listen", "127.0.0.1:0", "--duration", "1h", "--out", path, "--json",
            ]
            return try await BuiltProgram.with("record", arguments + more) { program in
                let client = LoopbackClient(port: try await program.port())
                for request in requests {
                    #expect(try await client.post(request) == 200)
                }
                program.interrupt()
                return try await program.ending()
            }
        }

        @Test("keeps the bytes of every export request as they were sent")
        func exactBytes() async throws {
            let folder = try TemporaryFolder()
            let path = folder.file("app.db")
            var generator = TelemetryGenerator(seed: 11)
            let requests = try (0..<40).map { _ in try generator.next() }
            let ending = try await record(requests, into: path)
            #expect(ending.code == 0, "\(ending.complaints)")
            var decoded: [ExportRequest] = []
            try CorpusReader(path: path).forEachRequest { decoded.append($1) }
            #expect(decoded.map(\.signal) == requests.map(\.signal))
            #expect(decoded.map(\.payload) == requests.map(\.payload))
            let report = try JSONValue(parsing: ending.output)
            #expect(report["load"] ?? .null == .null)
            let statistics = try await Programs.verifiedStatistics(of: path)
            #expect(statistics["digest"] == report["digest"])
        }

        @Test("passes export requests on to a backend, which answers for them, and keeps the same")
        func forwarding() async throws {
            let folder = try TemporaryFolder()
            let (tapped, received) = (folder.file("tapped.db"), folder.file("received.db"))
            var generator = TelemetryGenerator(seed: 12)
            let requests = try (0..<30).map { _ in try generator.next() }
            let backendArguments = ["--port", "0", "--store", received]
            let ending = try await BuiltProgram.with("playback-backend", backendArguments) {
                backend in
                let ending = try await record(
                    requests,
                    into: tapped,
                    "--forward",
                    "http://127.0.0.1:\(try await backend.port())"
                )
                backend.interrupt()
                _ = try await backend.ending()
                return ending
            }
            #expect(ending.code == 0, "\(ending.complaints)")
            let report = try JSONValue(parsing: ending.output)
            #expect(report["forwarding.accepted"] == .number(30))
            #expect(report["forwarding.unrecorded"] == .number(0))
            for path in [tapped, received] {
                var kept: [[UInt8]] = []
                try CorpusReader(path: path).forEachRequest { kept.append($1.payload) }
                #expect(kept == requests.map(\.payload))
            }
        }

        @Test("ends after its duration, replacing a file when told to")
        func duration() async throws {
            let corpus = try await RecordedCorpus(seed: 1, requests: 3)
            let ending = try await BuiltProgram.run(
                "record",
                "--listen",
                "127.0.0.1:0",
                "--duration",
                "200ms",
                "--out",
                corpus.path,
                "--force"
            )
            #expect(ending.code == 0, "\(ending.complaints)")
            let statistics = try await Programs.verifiedStatistics(of: corpus.path)
            #expect(statistics["complete"] == .flag(true))
            #expect(statistics["export_requests.logs"] == .number(0))
        }
    }
}
