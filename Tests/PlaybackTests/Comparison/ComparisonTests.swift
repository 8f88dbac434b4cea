import Foundation
import OTLP
import TestSupport
import Testing
import Terminal

@testable import Playback

@Suite("Comparison")
struct ComparisonTests {
    /// Measurements around a value in milliseconds.
    private func distribution(around value: Double, seed: UInt64) -> LatencyDistribution {
        var random = SeededGenerator(seed: seed)
        var counts: [Double: UInt64] = [:]
        for _ in 0..<5_000 {
            let value = value * .random(in: 0.5...1.5, using: &random)
            counts[(value * 100).rounded() / 100, default: 0] += 1
        }
        let sorted = counts.sorted { $0.key < $1.key }
        return LatencyDistribution(ms: sorted.map(\.key), counts: sorted.map(\.value))
    }

    @Test("draws an interval around the true change, the same for the same seed")
    func interval() {
        let first = distribution(around: 10, seed: 1)
        let second = distribution(around: 12, seed: 2)
        var bootstrap = Bootstrap(seed: 7)
        let interval = bootstrap.interval(first, second, quantile: 0.5) ?? 9...9
        #expect(interval.contains(0.2))
        #expect(interval.upperBound - interval.lowerBound < 0.1)
        var again = Bootstrap(seed: 7)
        #expect(again.interval(first, second, quantile: 0.5) == interval)
        var same = Bootstrap(seed: 7)
        let none = same.interval(first, distribution(around: 10, seed: 3), quantile: 0.99) ?? 9...9
        #expect(none.contains(0))
    }

    /// Service times of a short run: a hundred requests, a few of which are slow.
    private func run(slower: Double = 1, count: Int = 132, seed: UInt64) -> LatencyDistribution {
        var random = SeededGenerator(seed: seed)
        var counts: [Double: UInt64] = [:]
        for _ in 0..<count {
            let value = 0.3 * slower / .random(in: 0.02...1, using: &random).squareRoot()
            counts[(value * 100).rounded() / 100, default: 0] += 1
        }
        let sorted = counts.sorted { $0.key < $1.key }
        return LatencyDistribution(ms: sorted.map(\.key), counts: sorted.map(\.value))
    }

    /// How many of ten comparisons of three runs find any to differ from the first.
    private func countDifferent(slower: Double = 1, count: Int = 132, threshold: Double) -> Int {
        let quantiles = [0.5, 0.9]
        return (0..<10).count { (family: Int) in
            let seed = UInt64(family * 3)
            var bootstrap = Bootstrap(seed: seed, intervals: 2 * quantiles.count)
            let first = run(count: count, seed: seed)
            return (1..<3).contains { number in
                let other = run(slower: slower, count: count, seed: seed + UInt64(number))
                return quantiles.contains { quantile in
                    ReplayComparison.isBeyond(
                        other.quantile(quantile) / first.quantile(quantile) - 1,
                        bootstrap.interval(first, other, quantile: quantile),
                        threshold: threshold
                    )
                }
            }
        }
    }

    @Test("calls equal runs the same, however many figures are compared")
    func equalRuns() {
        #expect(countDifferent(threshold: 0) <= 1)
    }

    @Test("tells runs that are slower from others")
    func slowerRuns() {
        #expect(countDifferent(slower: 2, count: 500, threshold: 0.05) == 10)
    }

    @Test("draws an interval for means of seconds, and none for too few of them")
    func means() {
        var bootstrap = Bootstrap(seed: 7)
        let interval =
            bootstrap.interval([100, 101, 99, 100, 100], [110, 111, 109, 110, 110]) ?? 9...9
        #expect(interval.contains(0.1))
        #expect(bootstrap.interval([1, 2], [1, 2]) == nil)
    }

    private func report(seed: UInt64) async throws -> ReplayReport {
        let corpus = try await RecordedCorpus(seed: seed, requests: 20)
        return try await replay(corpus.path, to: CollectingSink(), settings("max"))
    }

    private func file(_ path: String, _ reports: [ReplayReport]) throws -> ReportFile {
        let json =
            try reports.count == 1
            ? ReportJSON.encode(reports[0]) : ReportJSON.encode(RepeatedReplay(reports))
        return try ReportFile(path: path, data: Data(json.utf8))
    }

    @Test("reads back the reports that are written, of one run and of several")
    func roundTrip() async throws {
        let report = try await report(seed: 41)
        #expect(try file("a", [report]).reports == [report])
        #expect(try file("b", [report, report]).reports == [report, report])
    }

    @Test("calls a run the same as itself")
    func same() async throws {
        let report = try await report(seed: 41)
        let comparison = try ReplayComparison(
            [file("a", [report, report, report])],
            threshold: 0.05
        )
        #expect(comparison.same)
        #expect(comparison.runs == ["a#1", "a#2", "a#3"])
        #expect(comparison.differences.allSatisfy { $0.change == 0 && !$0.isBeyond })
        #expect(comparison.spreads.allSatisfy { $0.coefficientOfVariation == 0 })
        #expect(comparison.text().contains("the same, within 5 %"))
    }

    @Test("says that other content was sent")
    func content() async throws {
        let comparison = try await ReplayComparison(
            [file("a", [report(seed: 41)]), file("b", [report(seed: 42)])],
            threshold: 1_000
        )
        #expect(!comparison.same)
        #expect(comparison.contents.map(\.name) == ["corpus", "content"])
        #expect(comparison.text().contains("NOT the same: other content was sent"))
    }

    @Test("says which figure is beyond the threshold, and which setting differs")
    func beyond() async throws {
        let report = try await report(seed: 41)
        let text = try ReportJSON.encode(report)
        let slower = text.replacingOccurrences(
            of: "\"elapsed_seconds\" : \(report.elapsedSeconds)",
            with: "\"elapsed_seconds\" : 1000"
        ).replacingOccurrences(of: "\"max_in_flight\" : 256", with: "\"max_in_flight\" : 8")
        let comparison = try ReplayComparison(
            [file("a", [report]), ReportFile(path: "b", data: Data(slower.utf8))],
            threshold: 0.05
        )
        #expect(!comparison.same)
        #expect(comparison.differences.filter(\.isBeyond).map(\.name) == ["elapsed_seconds"])
        #expect(comparison.settings.map(\.name) == ["maxInFlight"])
        #expect(comparison.text().contains("NOT the same: beyond 5 % in elapsed"))
    }

    @Test("refuses what is no report, and a single run")
    func invalid() async throws {
        #expect(throws: PlaybackError.invalidReport(path: "x", reason: "it is not JSON")) {
            try ReportFile(path: "x", data: Data("nonsense".utf8))
        }
        #expect(throws: PlaybackError.invalidReport(path: "x", reason: "it has no version")) {
            try ReportFile(path: "x", data: Data("{}".utf8))
        }
        let one = try await file("a", [report(seed: 41)])
        #expect(throws: PlaybackError.tooFewRuns(1)) {
            try ReplayComparison([one], threshold: 0.05)
        }
    }
}
