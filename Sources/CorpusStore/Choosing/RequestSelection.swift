public import OTLP

/// Which part of a corpus is chosen.
public struct RequestSelection: Equatable, Sendable {
    /// The signals that are chosen.
    public var signals: Set<Signal>
    /// Where to begin, since the first arrival.
    public var from: Duration
    /// Where to end, on the same clock, that instant itself left out; nil is the recording's end.
    public var until: Duration?
    /// The only `service.name` whose resources are chosen.
    public var service: String?
    /// The only traces whose spans and log records are chosen; metrics are in none.
    public var traces: TraceFilter?

    /// The whole corpus, unless told otherwise.
    public init(
        signals: Set<Signal> = Set(Signal.allCases),
        from: Duration = .zero,
        until: Duration? = nil,
        service: String? = nil,
        traces: TraceFilter? = nil
    ) {
        self.signals = signals
        self.from = from
        self.until = until
        self.service = service
        self.traces = traces
    }

    /// The instants between which the selection lies, in Unix nanoseconds, in a corpus whose first
    /// request arrived at `firstArrival`.
    public func arrivals(firstArrival: Timestamp) -> Range<UInt64> {
        func instant(_ offset: Duration) -> UInt64 {
            let nanoseconds = UInt64(max(0, offset.wholeNanoseconds))
            let (sum, overflow) = firstArrival.unixNanoseconds.addingReportingOverflow(nanoseconds)
            return overflow ? .max : sum
        }
        let lower = instant(from)
        return lower..<max(lower, until.map(instant) ?? .max)
    }
}
