import Playback
import Synchronization
import TestSupport
import Testing

@Suite("Repetition")
struct RepetitionTests {
    private func report() async throws -> ReplayReport {
        let corpus = try await RecordedCorpus(seed: 51, requests: 5)
        return try await replay(corpus.path, to: CollectingSink(), settings("max"))
    }

    @Test("reports the measured runs, not the warm-ups, and rests between all")
    func runs() async throws {
        let report = try await report()
        var prefixes: [String] = []
        var rested = Duration.zero
        let repeated = try await Repetition(runs: 2, warmUps: 1, coolDown: .seconds(5)).run(
            isStopped: { false },
            sleep: { rested += $0 }
        ) { run in
            prefixes.append(run.prefix)
            return report
        }
        #expect(repeated.runs.count == 2)
        #expect(prefixes == ["warm-up 1 of 1 · ", "run 1 of 2 · ", "run 2 of 2 · "])
        #expect(rested == .seconds(10))
        #expect(repeated.summary.allSatisfy { $0.coefficientOfVariation == 0 })
        #expect(repeated.text().contains("2 runs"))
    }

    @Test("ends with the run under way when it is stopped")
    func stopped() async throws {
        let report = try await report()
        var count = 0
        let repeated = try await Repetition(runs: 5, warmUps: 1).run(
            isStopped: { count > 0 },
            sleep: { _ in }
        ) { _ in
            count += 1
            return report
        }
        #expect(count == 1)
        #expect(repeated.runs.count == 1)
    }
}
