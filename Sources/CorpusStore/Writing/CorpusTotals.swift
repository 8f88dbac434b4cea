public import OTLP

/// What a corpus holds, counted.
public struct CorpusTotals: Equatable, Sendable {
    /// Counts of one signal.
    public struct Counts: Equatable, Sendable {
        /// Export requests.
        public var requests = 0
        /// Spans, metric points or log records.
        public var items = 0
        /// Bytes of payload.
        public var payloadBytes = 0

        /// Counts of nothing.
        public init() {}
    }

    /// Counts by signal.
    public var traces = Counts()
    /// Counts by signal.
    public var metrics = Counts()
    /// Counts by signal.
    public var logs = Counts()
    /// Bytes that all requests take as OTLP/JSON.
    public var jsonBytes = 0
    /// Bytes of the blocks, compressed.
    public var blockBytes = 0
    /// Bytes of the file.
    public var fileBytes = 0
    /// "sha256:" and 64 hex digits over all payloads in order; nil until the recording's end.
    public var digest: String?

    /// Whether the disk had no room left for the indexes of the item tables; queries take longer.
    public var lacksIndexes = false

    /// Whether a part of the corpus stays in the log beside it, the file of the same name with
    /// `-wal`: another program was reading it when the recording ended.
    public var needsLog = false

    /// Totals of nothing.
    public init() {}

    /// The counts of one signal.
    public subscript(signal: Signal) -> Counts {
        get {
            switch signal {
            case .traces: traces
            case .metrics: metrics
            case .logs: logs
            }
        }
        set {
            switch signal {
            case .traces: traces = newValue
            case .metrics: metrics = newValue
            case .logs: logs = newValue
            }
        }
    }

    /// Bytes of payload of all signals.
    public var payloadBytes: Int {
        traces.payloadBytes + metrics.payloadBytes + logs.payloadBytes
    }

    /// Export requests of all signals.
    public var requests: Int { traces.requests + metrics.requests + logs.requests }

    /// Items of all signals.
    public var items: Int { traces.items + metrics.items + logs.items }
}

extension CorpusTotals {
    /// Counts further requests.
    mutating func add(_ batch: [PreparedRequest]) {
        for prepared in batch {
            let signal = prepared.request.signal
            self[signal].requests += 1
            self[signal].items += prepared.scan.items.count
            self[signal].payloadBytes += prepared.request.payload.count
            jsonBytes += prepared.jsonBytes
        }
    }
}
