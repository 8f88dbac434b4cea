import CorpusStore
import Hummingbird
import OTLP

/// `GET /health` and `GET /api/stats`.
struct StatusRoutes {
    let writer: CorpusWriter

    func add<Context: RequestContext>(to router: Router<Context>) {
        router.get("health") { _, _ in Health(status: "ok") }
        router.get("api/stats") { _, _ in BackendStatistics(writer.totals) }
    }
}

private struct Health: ResponseCodable {
    let status: String
}

/// What a backend has received and kept, by signal.
struct BackendStatistics: ResponseCodable, Equatable {
    /// Counts of one signal.
    struct Counts: Codable, Equatable {
        let requests: Int
        let items: Int
        let bytes: Int

        init(_ counts: CorpusTotals.Counts) {
            requests = counts.requests
            items = counts.items
            bytes = counts.payloadBytes
        }
    }

    let traces: Counts
    let metrics: Counts
    let logs: Counts

    init(_ totals: CorpusTotals) {
        traces = Counts(totals.traces)
        metrics = Counts(totals.metrics)
        logs = Counts(totals.logs)
    }
}
