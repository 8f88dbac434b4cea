import OTLP
import SwiftProtobuf

/// What the three `Export…ServiceResponse` messages have in common.
struct PartialSuccess {
    /// How many items the server did not take; never negative.
    let rejectedItems: Int64

    /// Why, or a warning when nothing was rejected; nil when the server said nothing.
    let message: String?

    /// Decodes the `Export…ServiceResponse` of a signal.
    /// - Throws: SwiftProtobuf's error when the bytes are not such a message.
    init(_ signal: Signal, response: [UInt8]) throws {
        let rejected: Int64
        let text: String
        switch signal {
        case .traces:
            let message = try Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceResponse(
                serializedBytes: response
            )
            (rejected, text) = (
                message.partialSuccess.rejectedSpans, message.partialSuccess.errorMessage
            )
        case .metrics:
            let message = try Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceResponse(
                serializedBytes: response
            )
            (rejected, text) = (
                message.partialSuccess.rejectedDataPoints, message.partialSuccess.errorMessage
            )
        case .logs:
            let message = try Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceResponse(
                serializedBytes: response
            )
            (rejected, text) = (
                message.partialSuccess.rejectedLogRecords, message.partialSuccess.errorMessage
            )
        }
        rejectedItems = max(0, rejected)
        message = text.isEmpty ? nil : String(printable: text, limit: 500)
    }
}
