import Foundation
import OTLP
import SwiftProtobuf

extension Fuzzer {
    /// A small export request of each signal, with every kind of hole in it.
    static func samples() throws -> [ExportRequest] {
        let payloads: [(Signal, [UInt8])] = [
            (.traces, try spans().serializedBytes()),
            (.metrics, try points().serializedBytes()),
            (.logs, try logRecords().serializedBytes()),
        ]
        return payloads.map { signal, payload in
            ExportRequest(
                signal: signal,
                arrival: Timestamp(unixNanoseconds: now),
                payload: payload
            )
        }
    }

    private static let now: UInt64 = 1_700_000_000_000_000_000
    private static let trace = Data((1...16).map { $0 })

    private static func span(_ number: UInt8) -> Data {
        Data(repeating: number, count: 8)
    }

    private static func attribute(
        _ key: String,
        _ value: String
    ) -> Opentelemetry_Proto_Common_V1_KeyValue {
        .with {
            $0.key = key
            $0.value.stringValue = value
        }
    }

    private static func spans() -> Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest
    {
        let spans = (UInt8(1)...3).map { number in
            Opentelemetry_Proto_Trace_V1_Span.with {
                $0.traceID = trace
                $0.spanID = span(number)
                $0.parentSpanID = span(9)
                $0.name = "GET /"
                $0.startTimeUnixNano = now + UInt64(number)
                $0.endTimeUnixNano = now + 1000
                $0.attributes = [attribute("route", "/\(number)")]
                $0.events = [.with { $0.timeUnixNano = now + 7 }]
                $0.links = [
                    .with {
                        $0.traceID = trace
                        $0.spanID = span(1)
                    }
                ]
            }
        }
        return .with {
            $0.resourceSpans = [
                .with {
                    $0.resource.attributes = [attribute("service.name", "a")]
                    $0.scopeSpans = [.with { $0.spans = spans }]
                }
            ]
        }
    }

    private static func points()
        -> Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceRequest
    {
        let points = (0..<3).map { number in
            Opentelemetry_Proto_Metrics_V1_NumberDataPoint.with {
                $0.startTimeUnixNano = now + UInt64(number) * 10
                $0.timeUnixNano = now + UInt64(number + 1) * 10
                $0.asDouble = Double(number) / 3
                $0.exemplars = [
                    .with {
                        $0.timeUnixNano = now + 5
                        $0.traceID = trace
                        $0.spanID = span(1)
                    }
                ]
            }
        }
        return .with {
            $0.resourceMetrics = [
                .with {
                    $0.scopeMetrics = [
                        .with {
                            $0.metrics = [
                                .with {
                                    $0.name = "requests"
                                    $0.sum.dataPoints = points
                                }
                            ]
                        }
                    ]
                }
            ]
        }
    }

    private static func logRecords()
        -> Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest
    {
        let records = (1...3).map { number in
            Opentelemetry_Proto_Logs_V1_LogRecord.with {
                $0.timeUnixNano = now + UInt64(number)
                $0.observedTimeUnixNano = now + 9
                $0.severityText = "INFO"
                $0.body.stringValue = "done \(number)"
                if number < 3 {
                    $0.traceID = trace
                    $0.spanID = span(UInt8(number))
                }
            }
        }
        return .with {
            $0.resourceLogs = [.with { $0.scopeLogs = [.with { $0.logRecords = records }] }]
        }
    }
}
