import CorpusStore
public import Latency
public import OTLP

/// What became of a replay.
///
/// Encoded with snake-case keys it is the JSON that `replay --json` prints. For every signal,
/// `requests + failedRequests + unsentRequests` is `selectedRequests`.
public struct ReplayReport: Codable, Equatable, Sendable {
    /// The corpus that was replayed.
    public struct Corpus: Codable, Equatable, Sendable {
        /// Its file.
        public let path: String
        /// Its digest; empty when it did not end cleanly.
        public let digest: String

        init(_ reader: CorpusReader) {
            path = reader.path
            digest = reader.recording.digest ?? ""
        }
    }

    /// What each signal's requests came to.
    public struct Signals: Codable, Equatable, Sendable {
        /// Spans.
        public let traces: SignalReport
        /// Metric points.
        public let metrics: SignalReport
        /// Log records.
        public let logs: SignalReport

        /// The report of one signal.
        public subscript(signal: Signal) -> SignalReport {
            switch signal {
            case .traces: traces
            case .metrics: metrics
            case .logs: logs
            }
        }
    }

    /// One second of the replay.
    public struct Second: Codable, Equatable, Sendable {
        /// Which, from 0.
        public let second: Int
        /// Requests due in it; 0 without a schedule.
        public let plannedRequests: Int
        /// Requests first sent in it.
        public let requests: Int
        /// Items in them.
        public let items: Int
        /// Bytes of payload in them.
        public let bytes: Int
        /// Tries that failed in it.
        public let errors: Int
        /// The lateness that 99 % of the requests don't exceed.
        public let latenessP99Ms: Double
    }

    /// Final errors of one kind.
    public struct Failure: Codable, Equatable, Sendable {
        /// `HTTP 400`, `connection`, `timeout` and the like.
        public let kind: String
        /// How many requests.
        public let count: Int
        /// What one of them was told.
        public let example: String
    }

    /// What was done to a replay while it was played.
    public struct Event: Codable, Equatable, Sendable {
        /// When, since the start.
        public let seconds: Double
        /// `paused`, `resumed`, `speed 20x` or `ended early`.
        public let what: String

        init(at time: Duration, _ what: String) {
            seconds = (time / .milliseconds(1)).rounded() / 1_000
            self.what = what
        }
    }

    /// The report's format.
    public let version: Int
    /// What was replayed.
    public let corpus: Corpus
    /// How.
    public let settings: ReplaySettings
    /// When the replay began, in Unix nanoseconds.
    public let startUnixNs: UInt64
    /// Whether every request was sent and accepted in full.
    public let complete: Bool
    /// What kept the replay from going on; nil where nothing did.
    public let error: String?
    /// What was done to the replay while it was played, in order.
    public let events: [Event]
    /// By signal.
    public let signals: Signals
    /// How long the schedule lasts; 0 without one.
    public let plannedSeconds: Double
    /// From the start to the last answer.
    public let elapsedSeconds: Double
    /// Send time minus due time.
    public let latenessMs: LatencySummary
    /// Response minus send.
    public let serviceTimeMs: LatencySummary
    /// Response minus due.
    public let responseTimeMs: LatencySummary
    /// How often each lateness was measured.
    public let latenessDistribution: LatencyDistribution
    /// How often each service time was measured.
    public let serviceTimeDistribution: LatencyDistribution
    /// How often each response time was measured.
    public let responseTimeDistribution: LatencyDistribution
    /// How true the replay was to the recording.
    public let fidelity: Fidelity
    /// By second.
    public let timeline: [Second]
    /// Final errors, most frequent first.
    public let failures: [Failure]
    /// What was left out, since it was damaged.
    public let leftOut: LeftOut
    /// Requests that lay in the corpus after one that arrived later.
    public let outOfOrderArrivals: Int
    /// Over what was sent, timestamps and ids excluded, in order.
    public let contentDigest: String
    /// Whether the plan was kept, and why not.
    public let verdict: ReplayVerdict
}

extension ReplayReport {
    init(
        corpus: Corpus,
        settings: ReplaySettings,
        start: Timestamp,
        plan: ReplayPlan,
        ledger: inout ReplayLedger
    ) {
        ledger.timeline.close()
        let signals = Signals(
            traces: SignalReport(ledger[.traces], of: plan.totals.traces),
            metrics: SignalReport(ledger[.metrics], of: plan.totals.metrics),
            logs: SignalReport(ledger[.logs], of: plan.totals.logs)
        )
        version = 1
        self.corpus = corpus
        self.settings = settings
        startUnixNs = start.unixNanoseconds
        error = ledger.error
        events = ledger.events
        complete =
            ledger.leftOut.blocks == 0 && ledger.error == nil
            && Signal.allCases.allSatisfy {
                signals[$0].acceptedItems == plan.totals[$0].items
                    && signals[$0].requests == plan.totals[$0].requests
            }
        self.signals = signals
        plannedSeconds = (plan.lastDue ?? .zero) / .seconds(1)
        elapsedSeconds = ledger.lastAnswer / .seconds(1)
        latenessMs = ledger.lateness.summary
        serviceTimeMs = ledger.serviceTime.summary
        responseTimeMs = ledger.responseTime.summary
        latenessDistribution = LatencyDistribution(ledger.lateness)
        serviceTimeDistribution = LatencyDistribution(ledger.serviceTime)
        responseTimeDistribution = LatencyDistribution(ledger.responseTime)
        fidelity = Fidelity(plan, ledger)
        timeline = Self.timeline(plan.seconds, ledger.timeline.seconds)
        failures = ledger.failures
            .map { Failure(kind: $0.key, count: $0.value.count, example: $0.value.example) }
            .sorted { ($1.count, $0.kind) < ($0.count, $1.kind) }
        leftOut = ledger.leftOut
        outOfOrderArrivals = ledger.outOfOrder
        contentDigest = ledger.contentDigest
        verdict = ReplayVerdict(
            complete: complete,
            isBroken: error != nil,
            signals: signals,
            plannedSeconds: plannedSeconds,
            elapsedSeconds: elapsedSeconds,
            isScheduled: plan.lastDue != nil,
            lateness: latenessMs
        )
    }

    private static func timeline(
        _ planned: [ReplayPlan.Second],
        _ seconds: [Timeline.Second]
    ) -> [Second] {
        (0..<max(planned.count, seconds.count)).map { index in
            let second = index < seconds.count ? seconds[index] : Timeline.Second()
            return Second(
                second: index,
                plannedRequests: index < planned.count ? planned[index].requests : 0,
                requests: second.requests,
                items: second.items,
                bytes: second.bytes,
                errors: second.errors,
                latenessP99Ms: second.latenessP99Milliseconds
            )
        }
    }
}
