import Testing

extension Programs {
    /// Records orders at 40 RPS, as fast as they are handled.
    static func record(for duration: String, into path: String) async throws -> JSONValue {
        let ending = try await BuiltProgram.run(
            "record",
            "--rps",
            "40",
            "--duration",
            duration,
            "--port",
            "0",
            "--time-scale",
            "0",
            "--out",
            path,
            "--json"
        )
        try #require(ending.code == 0, "\(ending.complaints)")
        return try JSONValue(parsing: ending.output)
    }

    /// What `corpus-stats --verify` says of a corpus that is whole.
    static func verifiedStatistics(of path: String) async throws -> JSONValue {
        let ending = try await BuiltProgram.run("corpus-stats", path, "--verify", "--json")
        try #require(ending.code == 0, "\(ending.complaints) \(ending.output)")
        let statistics = try JSONValue(parsing: ending.output)
        #expect(statistics["verified"] == .flag(true))
        return statistics
    }

    /// Replays a corpus, all of which the backend takes.
    static func replay(
        _ path: String,
        speed: String,
        port: Int,
        report: String
    ) async throws -> JSONValue {
        let ending = try await BuiltProgram.run(
            "replay",
            path,
            "--to",
            "http://127.0.0.1:\(port)",
            "--speed",
            speed,
            "--json",
            "--report",
            report
        )
        try #require(ending.code == 0, "\(ending.complaints) \(ending.output)")
        return try JSONValue(parsing: ending.output)
    }
}
