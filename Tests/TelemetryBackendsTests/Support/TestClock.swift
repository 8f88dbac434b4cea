import OTLP
import Synchronization
import TelemetryBackends

/// Time that passes only by sleeping, at once, and by ``advance(by:)``.
final class TestClock: Sendable {
    private let elapsed = Mutex(Duration.zero)
    private let sleeps = Mutex<[Duration]>([])
    private let start = ContinuousClock.now

    static let startUnixNanoseconds: UInt64 = 1_700_000_000_000_000_000

    var slept: [Duration] { sleeps.withLock { $0 } }

    func advance(by duration: Duration) {
        elapsed.withLock { $0 += duration }
    }

    var wallTime: Timestamp {
        let nanoseconds = elapsed.withLock { $0.wholeNanoseconds }
        return Timestamp(unixNanoseconds: Self.startUnixNanoseconds + UInt64(nanoseconds))
    }

    /// A clock on which sleeping takes no time.
    var instant: TelemetryClock {
        TelemetryClock(
            wallTime: { self.wallTime },
            now: { self.start + self.elapsed.withLock { $0 } },
            sleep: { duration in
                try Task.checkCancellation()
                self.sleeps.withLock { $0.append(duration) }
                self.advance(by: duration)
            }
        )
    }

    /// A clock whose wall time stands still, and that otherwise runs.
    var standing: TelemetryClock {
        TelemetryClock(
            wallTime: { self.wallTime },
            now: { ContinuousClock.now },
            sleep: { try await Task.sleep(for: $0) }
        )
    }
}
