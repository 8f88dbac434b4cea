import Foundation
import Latency
import Terminal
import Testing

@testable import LoadGenerator

@Suite struct LoadReportTests {
    private var report: LoadReport {
        var tally = LoadTally()
        let outcomes: [OrderOutcome] = [
            .succeeded, .succeeded, .refused(status: 402), .refused(status: 402), .timedOut,
            .disconnected,
        ]
        for outcome in outcomes {
            tally.start(
                at: .seconds(2),
                lateness: .milliseconds(1),
                isLate: outcome == .timedOut
            )
            tally.end(outcome, responseTime: .milliseconds(9), serviceTime: .milliseconds(8))
        }
        return LoadReport(planned: 8, duration: .seconds(3), elapsed: .seconds(5), tally: tally)
    }

    @Test("accounts for every planned order")
    func accounts() {
        #expect(report.planned == report.sent + report.missed)
        #expect(report.sent == report.succeeded + report.failed)
        #expect(report.failures == ["402": 2, "timeout": 1, "connection": 1])
        #expect(report.failures.values.reduce(0, +) == report.failed)
        #expect(report.achievedRPS == 3)
        #expect(report.lateStarts == 1)
        #expect(!report.isFullyAnswered)
    }

    @Test("keeps failed connections out of the response times")
    func latencies() {
        #expect(report.lateness.count == 6)
        #expect(report.responseTime.count == 5)
        #expect(report.serviceTime.max == 8)
    }

    @Test("has the agreed JSON keys, and reads its own JSON")
    func json() throws {
        let text = try ReportJSON.encode(report)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        )
        #expect(
            Set(object.keys) == [
                "planned", "sent", "succeeded", "failed", "missed", "failures", "elapsed_seconds",
                "achieved_rps", "late_starts", "lateness_ms", "response_time_ms", "service_time_ms",
            ]
        )
        #expect(try JSONDecoder().decode(LoadReport.self, from: Data(text.utf8)) == report)
    }

    @Test("tells people the counts, the kinds of failure and the percentiles")
    func text() {
        let text = report.text()
        #expect(text.contains("  planned       8\n"))
        #expect(text.contains("  failed        4  66.7 %  402: 2, connection: 1, timeout: 1\n"))
        #expect(text.contains("  missed        2  25 %\n"))
        #expect(text.contains("9.00 ms"))
    }

    @Test("counts the rate over the whole duration, and longer only where orders were late")
    func rate() {
        func rate(lastSent: Duration) -> Double {
            var tally = LoadTally()
            tally.start(at: lastSent, lateness: .zero, isLate: false)
            return LoadReport(
                planned: 1,
                duration: .seconds(2),
                elapsed: .seconds(9),
                tally: tally
            ).achievedRPS
        }
        #expect(rate(lastSent: .seconds(1)) == 0.5)
        #expect(rate(lastSent: .seconds(4)) == 0.25)
    }

    @Test("survives a load without orders")
    func empty() {
        let report = LoadReport(
            planned: 0,
            duration: .seconds(1),
            elapsed: .zero,
            tally: LoadTally()
        )
        #expect(report.achievedRPS == 0)
        #expect(report.isFullyAnswered)
        #expect(report.text().contains("  sent          0  0 requests/s, done after 0 s"))
    }
}
