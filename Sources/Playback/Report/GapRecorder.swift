import Latency

/// Measures the times between one sending and the next, in the order of the schedule, though they
/// are reported in the order of the answers.
///
/// Holds no more than the requests under way.
struct GapRecorder: Sendable {
    private(set) var gaps = LatencyHistogram()
    private var pending: [Int: Duration?] = [:]
    private var next = 0
    private var previous: Duration?

    /// The request of that number was on the wire at a time; nil if it never was.
    mutating func record(_ number: Int, sentAt time: Duration?) {
        pending[number] = .some(time)
        while let time = pending.removeValue(forKey: next) {
            next += 1
            guard let time else { continue }
            if let previous { gaps.record(max(time, previous) - min(time, previous)) }
            previous = time
        }
    }
}
