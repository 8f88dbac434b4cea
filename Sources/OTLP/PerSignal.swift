/// One value for each signal.
@frozen
public struct PerSignal<Value> {
    @usableFromInline let traces: Value
    @usableFromInline let metrics: Value
    @usableFromInline let logs: Value

    /// The values made, or found, for each signal.
    @inlinable
    public init<Failure>(_ value: (Signal) throws(Failure) -> Value) throws(Failure) {
        traces = try value(.traces)
        metrics = try value(.metrics)
        logs = try value(.logs)
    }

    /// The value for a signal.
    @inlinable
    public subscript(signal: Signal) -> Value {
        switch signal {
        case .traces: traces
        case .metrics: metrics
        case .logs: logs
        }
    }
}

extension PerSignal: Sendable where Value: Sendable {}
