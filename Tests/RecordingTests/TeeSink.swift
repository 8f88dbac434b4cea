import OTLP

/// Hands every export request that one sink has kept to another one too.
struct TeeSink: TelemetrySink {
    let first: any TelemetrySink
    let second: any TelemetrySink

    func accept(_ request: ExportRequest) async throws(TelemetryRefusal) {
        try await first.accept(request)
        try await second.accept(request)
    }
}
