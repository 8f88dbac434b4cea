import CorpusStore
import Latency
import Synchronization

extension Player {
    /// How far a replay is.
    public struct Progress: Sendable {
        /// Since its start; negative before.
        public var elapsed: Duration
        /// How long it is to take; nil without a schedule.
        public var planned: Duration?
        /// Export requests in all.
        public var totalRequests: Int
        /// Those answered with success.
        public var acceptedRequests: Int
        /// Those given up.
        public var failedRequests: Int
        /// Those under way.
        public var inFlight: Int
        /// Items accepted.
        public var items: Int
        /// Bytes accepted.
        public var bytes: Int
        /// The lateness that 99 % of the requests don't exceed, in milliseconds.
        public var latenessP99Milliseconds: Double
        /// How much of the schedule is left, at the present pace; nil without a schedule.
        public var left: Duration?
        /// Whether the replay is halted.
        public var isPaused: Bool
    }

    /// How far the replay is at present.
    public var progress: Progress {
        let started = state.started.withLock { $0 }
        let pace = state.pace.withLock { $0 }
        return state.ledger.withLock { ledger in
            let total = ledger.total
            return Progress(
                elapsed: started.map { $0.duration(to: clock.now) } ?? .zero,
                planned: plan.lastDue,
                totalRequests: plan.totals.requests,
                acceptedRequests: total.requests,
                failedRequests: total.failedRequests,
                inFlight: ledger.inFlight,
                items: total.items,
                bytes: total.bytes,
                latenessP99Milliseconds: ledger.lateness.percentile(99) / .milliseconds(1),
                left: pace.flatMap { pace in
                    plan.lastDue.map { pace.realTime(of: $0 - pace.position(at: clock.now)) }
                },
                isPaused: pace?.isPaused ?? false
            )
        }
    }
}
