import CorpusStore
public import Latency
public import OTLP

/// What became of a replay.
///
/// Encoded with snake-case keys it is the JSON that `replay --json` prints. For every signal,
/// `requests + failedRequests + unsentRequests` is what the corpus holds.
public struct ReplayReport: Codable, Equatable, Sendable {
    /// The corpus that was replayed.
    public struct Corpus: Codable, Equatable, Sendable {
        /// Its file.
        public let path: String
        /// Its digest; empty when it did not end cleanly.
        public let digest: String
    }

    /// How it was replayed.
    public struct Settings: Codable, Equatable, Sendable {
        /// Where to.
        public let to: String
        /// `10x`, `0.5x` or `max`.
        public let speed: String
        /// `shift`, `scale` or `keep`.
        public let timestamps: String
        /// How many requests might be under way at a time.
        public let maxInFlight: Int
        /// How long a request was retried.
        public let retryForSeconds: Double
    }

    /// What became of one signal's requests.
    public struct SignalReport: Codable, Equatable, Sendable {
        /// Requests that were answered with success.
        public let requests: Int
        /// Items in them.
        public let items: Int
        /// Bytes of payload in them, before content encoding.
        public let bytes: Int
        /// Items the backend took.
        public let acceptedItems: Int
        /// Items the backend rejected (partial success).
        public let rejectedItems: Int
        /// How often a request was sent once more.
        public let retries: Int
        /// Requests that were given up.
        public let failedRequests: Int
        /// Items in them.
        public let failedItems: Int
        /// Requests that were not begun, since the replay was stopped.
        public let unsentRequests: Int
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

    /// The report's format.
    public let version: Int
    /// What was replayed.
    public let corpus: Corpus
    /// How.
    public let settings: Settings
    /// Whether every request was sent and accepted in full.
    public let complete: Bool
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
    /// By second.
    public let timeline: [Second]
    /// Final errors, most frequent first.
    public let failures: [Failure]
    /// Over what was sent, timestamps and ids excluded, in order.
    public let contentDigest: String
}

extension ReplayReport {
    init(
        corpusPath: String,
        corpusDigest: String,
        target: String,
        configuration: ReplayConfiguration,
        schedule: Schedule,
        totals: CorpusTotals,
        ledger: inout ReplayLedger
    ) {
        ledger.timeline.close()
        let signals = Signals(
            traces: SignalReport(ledger.accounts[.traces], of: totals.traces),
            metrics: SignalReport(ledger.accounts[.metrics], of: totals.metrics),
            logs: SignalReport(ledger.accounts[.logs], of: totals.logs)
        )
        version = 1
        corpus = Corpus(path: corpusPath, digest: corpusDigest)
        settings = Settings(
            to: target,
            speed: configuration.speed.description,
            timestamps: configuration.timestamps.rawValue,
            maxInFlight: configuration.maximumInFlight,
            retryForSeconds: configuration.retryFor / .seconds(1)
        )
        complete = Signal.allCases.allSatisfy {
            signals[$0].acceptedItems == totals[$0].items
                && signals[$0].requests == totals[$0].requests
        }
        self.signals = signals
        plannedSeconds = (schedule.plannedDuration ?? .zero) / .seconds(1)
        elapsedSeconds = ledger.lastAnswer / .seconds(1)
        latenessMs = ledger.lateness.summary
        serviceTimeMs = ledger.serviceTime.summary
        responseTimeMs = ledger.responseTime.summary
        timeline = ledger.timeline.seconds.enumerated().map { index, second in
            Second(
                second: index,
                requests: second.requests,
                items: second.items,
                bytes: second.bytes,
                errors: second.errors,
                latenessP99Ms: second.latenessP99Milliseconds
            )
        }
        failures = ledger.failures
            .map { Failure(kind: $0.key, count: $0.value.count, example: $0.value.example) }
            .sorted { ($1.count, $0.kind) < ($0.count, $1.kind) }
        contentDigest = ledger.contentDigest
    }
}

extension ReplayReport.SignalReport {
    fileprivate init(_ account: ReplayLedger.Account?, of totals: CorpusTotals.Counts) {
        let account = account ?? ReplayLedger.Account()
        requests = account.requests
        items = account.items
        bytes = account.bytes
        acceptedItems = account.items - account.rejectedItems
        rejectedItems = account.rejectedItems
        retries = account.retries
        failedRequests = account.failedRequests
        failedItems = account.failedItems
        unsentRequests = totals.requests - account.requests - account.failedRequests
    }
}
