public import OTLP

/// Which items get rows of their own in a corpus, to be queried.
public enum ItemIndex: String, CaseIterable, Sendable {
    /// Spans, metric points and log records.
    case all
    /// Spans only.
    case spans
    /// None: the corpus holds the export requests alone.
    case none

    /// Whether items of the signal get rows.
    public func contains(_ signal: Signal) -> Bool {
        switch self {
        case .all: true
        case .spans: signal == .traces
        case .none: false
        }
    }
}
