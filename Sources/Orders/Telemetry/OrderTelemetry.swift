import Logging
import Tracing

/// What the service is observed through; nothing global, so that two services in one process keep
/// apart.
struct OrderTelemetry: Sendable {
    let logger: Logger
    let metrics: OrderMetrics
    let tracer: any Tracer

    /// Runs a call to another system in a span of its own; an error thrown is recorded on it.
    func withClientSpan(
        _ name: String,
        _ operation: (any Span) async throws -> Void
    ) async throws {
        let span = tracer.startSpan(name, ofKind: .client)
        defer { span.end() }
        do {
            try await ServiceContext.withValue(span.context) { try await operation(span) }
        } catch {
            span.recordError(error)
            span.setStatus(SpanStatus(code: .error, message: "\(error)"))
            throw error
        }
    }
}

extension Duration {
    /// The duration in milliseconds, to the microsecond.
    var milliseconds: Double {
        let (seconds, attoseconds) = components
        return (Double(seconds) * 1e6 + Double(attoseconds / 1_000_000_000_000)) / 1e3
    }
}
