import Playback
import Testing

@Suite("Retry policy")
struct RetryPolicyTests {
    private let policy = RetryPolicy(budget: .seconds(30))

    private func delay(
        tries: Int,
        elapsed: Duration = .zero,
        retryAfter: Duration? = nil,
        jitter: Double = 1
    ) -> Duration? {
        policy.delay(tries: tries, elapsed: elapsed, retryAfter: retryAfter, jitter: jitter)
    }

    @Test("doubles the delay with each try up to five seconds")
    func backoff() {
        let delays = (1...8).map { delay(tries: $0) }
        #expect(delays.prefix(3) == [.milliseconds(100), .milliseconds(200), .milliseconds(400)])
        #expect(delays.last == .seconds(5))
        #expect(delay(tries: .max) == .seconds(5))
    }

    @Test("spreads the upper half of a delay by chance")
    func jitter() {
        #expect(delay(tries: 1, jitter: 0) == .milliseconds(50))
        #expect(delay(tries: 1, jitter: 0.5) == .milliseconds(75))
    }

    @Test("waits at least as long as the backend asks, if the budget allows")
    func retryAfter() {
        #expect(delay(tries: 1, retryAfter: .seconds(7)) == .seconds(7))
        #expect(delay(tries: 1, retryAfter: .seconds(31_536_000)) == nil)
    }

    @Test("gives up once the budget would be exceeded")
    func budget() {
        #expect(delay(tries: 1, elapsed: .seconds(29)) != nil)
        #expect(delay(tries: 1, elapsed: .milliseconds(29_950)) == nil)
        let never = RetryPolicy(budget: .zero)
        #expect(never.delay(tries: 1, elapsed: .zero, retryAfter: nil, jitter: 0) == nil)
    }
}
