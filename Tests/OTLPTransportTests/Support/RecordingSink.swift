import OTLP
import Synchronization

/// A sink that keeps what it is given, or refuses all of it.
final class RecordingSink: TelemetrySink {
    private let kept = Mutex<[ExportRequest]>([])
    private let refusal: TelemetryRefusal?
    private let onAccept: @Sendable () async -> Void

    /// A sink that answers only once `onAccept` returns.
    init(refusal: TelemetryRefusal? = nil, onAccept: @escaping @Sendable () async -> Void = {}) {
        self.refusal = refusal
        self.onAccept = onAccept
    }

    var requests: [ExportRequest] {
        kept.withLock { $0 }
    }

    func accept(_ request: ExportRequest) async throws(TelemetryRefusal) {
        await onAccept()
        if let refusal { throw refusal }
        kept.withLock { $0.append(request) }
    }
}
