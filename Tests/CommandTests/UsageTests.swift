import Foundation
import TestSupport
import Testing

extension Programs {
    @Suite("Usage errors")
    struct Usage {
        /// A command line that can't be meant, and what the complaint must mention.
        struct Mistake: CustomTestStringConvertible, Sendable {
            let arguments: [String]
            let complaint: String

            init(_ arguments: String..., complaint: String) {
                self.arguments = arguments
                self.complaint = complaint
            }

            var testDescription: String { arguments.joined(separator: " ") }
        }

        static let mistakes = [
            Mistake("replay", "x.db", "--speed", "0", complaint: "'0' is not a speed"),
            Mistake("replay", "x.db", "--speed=-1x", complaint: "'-1x' is not a speed"),
            Mistake("replay", "x.db", "--speed", "-1x", complaint: "'-1x' is not a speed"),
            Mistake("replay", "x.db", "--speed", "fast", complaint: "'fast' is not a speed"),
            Mistake("replay", "x.db", "--max-in-flight", "0", complaint: "--max-in-flight"),
            Mistake("replay", "x.db", "--timestamps", "move", complaint: "move"),
            Mistake("replay", "x.db", "--retry-for", "30", complaint: "30 has no unit"),
            Mistake("replay", "x.db", "--header", "token", complaint: "--header"),
            Mistake("replay", "x.db", "--header", "te=x", complaint: "set by the sender itself"),
            Mistake("replay", "x.db", "--protocol", "http", complaint: "'http/json' or 'grpc'"),
            Mistake("replay", "x.db", "--compression", "zstd", complaint: "'none' and 'gzip'"),
            Mistake("replay", "x.db", "--timeout", "5", complaint: "5 has no unit"),
            Mistake("replay", "x.db", "--to", "ftp://x", complaint: "ftp isn't supported"),
            Mistake("replay", "x.db", "--to-traces", "x", complaint: "starts with http://"),
            Mistake("replay", "x.db", "--to-metrics", "http://", complaint: "host is missing"),
            Mistake("replay", "x.db", "--to-logs", "http://x:0", complaint: "0 is not a port"),
            Mistake(
                "replay",
                "x.db",
                "--protocol",
                "grpc",
                "--to",
                "http://x/v1",
                complaint: "/v1"
            ),
            Mistake("replay", "x.db", "--start-at", "noon", complaint: "noon"),
            Mistake("replay", "x.db", "--start-at", "2026-01-31T12:00:00Z", complaint: "passed"),
            Mistake(
                "replay",
                "x.db",
                "--start-at",
                "2126-01-31T12:00:00Z",
                "--repeat",
                "2",
                complaint: "--start-at is for one run"
            ),
            Mistake(
                "replay",
                "x.db",
                "--timestamps",
                "keep",
                "--loop",
                "2",
                complaint: "every metric point again"
            ),
            Mistake(
                "replay",
                "x.db",
                "--traces-with",
                "error",
                "--service",
                "orders",
                complaint: "--traces-with sends traces whole"
            ),
            Mistake("replay", complaint: "corpus"),
            Mistake("record", "--rps", "0", complaint: "write a number above zero"),
            Mistake("record", "--rps", "-5", complaint: "-5.0 requests/s is no rate"),
            Mistake("record", "--rps", "nan", complaint: "nan"),
            Mistake("record", "--duration", "60", complaint: "60 has no unit"),
            Mistake("record", "--duration", "0s", complaint: "0s is no time at all"),
            Mistake("record", "--listen", "4318", complaint: "4318"),
            Mistake("record", "--listen", "localhost", complaint: "localhost"),
            Mistake("record", "--listen", "127.0.0.1:99999", complaint: "127.0.0.1:99999"),
            Mistake("record", "--failure-rate", "2", complaint: "2.0 is not between 0 and 1"),
            Mistake("record", "--port", "70000", complaint: "70000 is not between"),
            Mistake("record", "--index", "some", complaint: "some"),
            Mistake("record", "run.db", complaint: "run.db"),
            Mistake("record", "--grpc-listen", "4317", complaint: "4317"),
            Mistake("record", "--forward", "http://a", complaint: "--forward needs --listen"),
            Mistake(
                "record",
                "--listen",
                "127.0.0.1:1",
                "--tls-cert",
                "a.pem",
                complaint: "--tls-cert and --tls-key go together"
            ),
            Mistake("record", "--max-body", "64", complaint: "64 is not a size"),
            Mistake("record", "--max-connections", "0", complaint: "lets nobody in"),
            Mistake("load-test", "--rps", "0", complaint: "write a number above zero"),
            Mistake("load-test", "--to", "8081", complaint: "8081 is not the URL"),
            Mistake("load-test", "--arrivals", "random", complaint: "uniform or poisson"),
            Mistake(
                "order-service",
                "--failure-rate",
                "2",
                complaint: "2.0 is not between 0 and 1"
            ),
            Mistake("order-service", "--port", "-1", complaint: "port"),
            Mistake("playback-backend", "--port", "70000", complaint: "70000 is not between"),
            Mistake("corpus-stats", complaint: "corpora"),
            Mistake("corpus-stats", "x.db", "--check", complaint: "--check"),
            Mistake("corpus-tool", "cut", "x.db", complaint: "--out"),
            Mistake("corpus-tool", "export", "x.db", "--split", complaint: "--split needs --out"),
            Mistake("corpus-tool", "export", "x.db", "--signals", "spans", complaint: "spans"),
            Mistake(
                "corpus-tool",
                "import",
                "x",
                "--out",
                "y",
                "--arrivals",
                "5",
                complaint: "100rps"
            ),
            Mistake(
                "corpus-tool",
                "compact",
                "x",
                "--out",
                "y",
                "--level",
                "0",
                complaint: "1 to 9"
            ),
        ]

        @Test("end with 64 and one line that says what is wrong", arguments: mistakes)
        func mistake(_ mistake: Mistake) async throws {
            let folder = try TemporaryFolder()
            let program = mistake.arguments[0]
            let ending = try await BuiltProgram.with(
                program,
                Array(mistake.arguments.dropFirst()),
                in: folder.path
            ) { try await $0.ending() }
            #expect(ending.code == 64)
            #expect(ending.output == "")
            let errors = ending.complaintLines.filter { $0.hasPrefix("Error: ") }
            #expect(errors.count == 1, "\(ending.complaints)")
            #expect(errors.first?.contains(mistake.complaint) == true, "\(ending.complaints)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        }
    }
}
