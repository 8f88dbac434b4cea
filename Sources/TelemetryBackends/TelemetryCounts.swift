public import OTLP

/// What became of the items of one signal since the start.
///
/// What was emitted and is in none of the other counts still waits in the queue or is being
/// exported.
public struct SignalCounts: Equatable, Sendable {
    /// Items handed in, those dropped included.
    public internal(set) var emitted = 0

    /// Items the receiver has accepted.
    public internal(set) var exported = 0

    /// Items not taken, because the queue was full or the backends had shut down.
    public internal(set) var dropped = 0

    /// Items given up after a final status, the last retry, or the end of the shutdown's time.
    public internal(set) var failed = 0

    /// Items the receiver refused in a partial success (OTLP specification, "Partial Success").
    public internal(set) var rejected = 0

    /// Export requests that ended, well or badly; a request sent again counts once.
    public internal(set) var exportRequests = 0

    /// How often an export request was sent again.
    public internal(set) var retries = 0

    /// Why items last failed or were rejected.
    public internal(set) var lastFailure: String?
}

/// The counts of all signals at one moment.
public struct TelemetryCounts: Equatable, Sendable {
    /// The counts of spans.
    public let traces: SignalCounts

    /// The counts of metric points.
    public let metrics: SignalCounts

    /// The counts of log records.
    public let logs: SignalCounts

    /// The counts of a signal's items.
    public subscript(signal: Signal) -> SignalCounts {
        switch signal {
        case .traces: traces
        case .metrics: metrics
        case .logs: logs
        }
    }
}
