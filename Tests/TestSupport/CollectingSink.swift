public import OTLP
import Synchronization

/// Keeps every export request in memory, or refuses as its script says.
public final class CollectingSink: TelemetrySink {
    private struct State {
        var requests: [ExportRequest] = []
        var offered = 0
    }

    private let state = Mutex(State())
    private let refusal: @Sendable (_ number: Int) -> TelemetryRefusal?

    /// A sink that refuses the offers, counted from 1, for which `refusal` gives a reason.
    public init(refusing refusal: @escaping @Sendable (Int) -> TelemetryRefusal? = { _ in nil }) {
        self.refusal = refusal
    }

    /// What was kept, in its order.
    public var requests: [ExportRequest] { state.withLock { $0.requests } }

    /// How often something was offered.
    public var offered: Int { state.withLock { $0.offered } }

    /// Keeps the request or refuses it.
    public func accept(_ request: ExportRequest) async throws(TelemetryRefusal) {
        let number = state.withLock { state in
            state.offered += 1
            return state.offered
        }
        if let refusal = refusal(number) { throw refusal }
        state.withLock { $0.requests.append(request) }
    }
}
