public import OTLP
public import OTLPTransport

/// Where the requests of each signal go.
public struct ReplayDestinations: Sendable {
    private let traces: OTLPDestination
    private let metrics: OTLPDestination
    private let logs: OTLPDestination

    /// A destination for each signal.
    public init<Failure>(
        _ destination: (Signal) throws(Failure) -> OTLPDestination
    ) throws(Failure) {
        traces = try destination(.traces)
        metrics = try destination(.metrics)
        logs = try destination(.logs)
    }

    /// Where a signal's requests go.
    public subscript(signal: Signal) -> OTLPDestination {
        switch signal {
        case .traces: traces
        case .metrics: metrics
        case .logs: logs
        }
    }
}
