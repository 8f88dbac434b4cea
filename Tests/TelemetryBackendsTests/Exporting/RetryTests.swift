import OTLP
import TestSupport
import Testing

@testable import TelemetryBackends

@Suite("Retry")
struct RetryTests {
    private var generator = SeededGenerator(seed: 7)

    @Test("waits longer from retry to retry, half of it at random, up to the longest backoff")
    mutating func backoff() throws {
        var configuration = RetryConfiguration()
        configuration.initialBackoff = .milliseconds(100)
        configuration.maximumBackoff = .milliseconds(350)
        configuration.multiplier = 2
        var schedule = RetrySchedule(configuration, timeout: .seconds(100))
        for longest in [100, 200, 350, 350] {
            let delay = try #require(
                schedule.nextDelay(retryAfter: nil, elapsed: .zero, using: &generator)
            )
            #expect(delay <= .milliseconds(longest))
            #expect(delay >= .milliseconds(longest) / 2)
        }
        #expect(schedule.retries == 4)
    }

    @Test("waits for as long as the receiver asks")
    mutating func retryAfterHonoured() {
        var schedule = RetrySchedule(RetryConfiguration(), timeout: .seconds(100))
        let delay = schedule.nextDelay(
            retryAfter: .seconds(42),
            elapsed: .seconds(1),
            using: &generator
        )
        #expect(delay == .seconds(42))
    }

    @Test("gives up when the next attempt would begin after the timeout")
    mutating func timeout() {
        var schedule = RetrySchedule(RetryConfiguration(), timeout: .seconds(10))
        let tooLong = schedule.nextDelay(
            retryAfter: .seconds(9),
            elapsed: .seconds(1),
            using: &generator
        )
        #expect(tooLong == nil)
        #expect(schedule.retries == 0)
        let late = schedule.nextDelay(
            retryAfter: nil,
            elapsed: .milliseconds(9_600),
            using: &generator
        )
        #expect(late == nil)
    }

    @Test(
        "reads Retry-After as seconds or as a date",
        arguments: [
            ("0", Duration.zero), ("120", .seconds(120)), ("-1", nil), ("soon", nil), ("", nil),
            ("Sun, 06 Nov 1994 08:50:07 GMT", .seconds(30)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", .zero),
            ("Sun, 06 Nov 1994", nil),
            ("9223372036854775807", .seconds(31_536_000)),
        ]
    )
    func field(text: String, expected: Duration?) {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = Timestamp(unixNanoseconds: 784_111_777_000_000_000)
        #expect(retryAfter(text, at: now) == expected)
    }
}
