/// How often a replay is run for a measurement.
public struct Repetition: Sendable {
    /// Runs that are reported, at least one.
    public let runs: Int
    /// Runs before them that are not.
    public let warmUps: Int
    /// The rest between one run and the next.
    public let coolDown: Duration

    /// Which run is being played.
    public struct Run: Sendable {
        /// What stands before its progress: `run 2 of 5 · `, or nothing for a single run.
        public let prefix: String
    }

    /// A repetition of at least one run.
    public init(runs: Int = 1, warmUps: Int = 0, coolDown: Duration = .seconds(5)) {
        self.runs = max(1, runs)
        self.warmUps = max(0, warmUps)
        self.coolDown = max(.zero, coolDown)
    }

    /// Runs the replay as often as asked, until it is stopped.
    /// - Returns: the reports of the measured runs, at least one even when stopped.
    public func run(
        isStopped: () -> Bool,
        sleep: (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        _ replay: (Run) async throws -> ReplayReport
    ) async throws -> RepeatedReplay {
        var reports: [ReplayReport] = []
        for number in 0..<(warmUps + runs) {
            if number > 0 {
                if !isStopped() { try await rest(isStopped: isStopped, sleep) }
                if isStopped() && !reports.isEmpty { break }
            }
            let isWarmUp = number < warmUps && !isStopped()
            let report = try await replay(Run(prefix: prefix(number)))
            if !isWarmUp || isStopped() || report.error != nil { reports.append(report) }
            // A damaged corpus won't mend.
            if isStopped() || report.error != nil { break }
        }
        return RepeatedReplay(reports)
    }

    private func prefix(_ number: Int) -> String {
        guard warmUps + runs > 1 else { return "" }
        return number < warmUps
            ? "warm-up \(number + 1) of \(warmUps) · " : "run \(number - warmUps + 1) of \(runs) · "
    }

    private func rest(
        isStopped: () -> Bool,
        _ sleep: (Duration) async throws -> Void
    ) async throws {
        var left = coolDown
        while left > .zero, !isStopped() {
            let step = min(left, .milliseconds(100))
            try await sleep(step)
            left -= step
        }
    }
}
