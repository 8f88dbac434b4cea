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
        switch signal {
        case .traces: self.init(try TraceResponse(serializedBytes: response))
        case .metrics: self.init(try MetricsResponse(serializedBytes: response))
        case .logs: self.init(try LogsResponse(serializedBytes: response))
        }
    }

    /// Decodes the JSON form of a signal's `Export…ServiceResponse`; unknown fields are ignored.
    /// - Throws: SwiftProtobuf's error when the text is not such a message.
    init(_ signal: Signal, json: [UInt8]) throws {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        switch signal {
        case .traces: self.init(try TraceResponse(jsonUTF8Bytes: json, options: options))
        case .metrics: self.init(try MetricsResponse(jsonUTF8Bytes: json, options: options))
        case .logs: self.init(try LogsResponse(jsonUTF8Bytes: json, options: options))
        }
    }

    private typealias TraceResponse =
        Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceResponse
    private typealias MetricsResponse =
        Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceResponse
    private typealias LogsResponse =
        Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceResponse

    private init(_ response: TraceResponse) {
        let partial = response.partialSuccess
        self.init(rejected: partial.rejectedSpans, text: partial.errorMessage)
    }

    private init(_ response: MetricsResponse) {
        let partial = response.partialSuccess
        self.init(rejected: partial.rejectedDataPoints, text: partial.errorMessage)
    }

    private init(_ response: LogsResponse) {
        let partial = response.partialSuccess
        self.init(rejected: partial.rejectedLogRecords, text: partial.errorMessage)
    }

    private init(rejected: Int64, text: String) {
        rejectedItems = max(0, rejected)
        message = text.isEmpty ? nil : String(printable: text, limit: 500)
    }
}
