import Foundation
import OTLP
import SwiftProtobuf

/// Export requests with a text planted wherever OTLP has room for one.
enum PlantedTelemetry {
    /// The key whose values the text is.
    static let key = "customer.name"

    static func requests(_ planted: String) throws -> [ExportRequest] {
        // Fields that OTLP doesn't define, at the top and in the resource.
        let unknown = [0x9a, 0x06, UInt8(planted.utf8.count)] + Array(planted.utf8)
        let payloads: [(Signal, [UInt8])] = [
            (.traces, try traces(planted).serializedBytes() + unknown),
            (.metrics, try metrics(planted).serializedBytes() + unknown),
            (.logs, try logs(planted).serializedBytes() + unknown),
        ]
        return payloads.enumerated().map { place, request in
            ExportRequest(
                signal: request.0,
                arrival: Timestamp(unixNanoseconds: 1_000_000_000 + UInt64(place)),
                payload: request.1
            )
        }
    }

    typealias Attribute = Opentelemetry_Proto_Common_V1_KeyValue

    static func attribute(_ key: String, _ value: String) -> Attribute {
        .with {
            $0.key = key
            $0.value.stringValue = value
        }
    }

    /// Attributes that hold the text in every way, under its key and under others.
    private static func attributes(_ text: String) -> [Attribute] {
        [
            attribute(key, text), attribute("greeting", "Dear \(text), dear \(text)!"),
            attribute("visits.\(text).count", "7"),
            .with {
                $0.key = "raw"
                $0.value.bytesValue = Data("<\(text)>".utf8)
            },
            .with {
                $0.key = "list"
                $0.value.arrayValue.values = [
                    .with { $0.stringValue = text }, .with { $0.intValue = 5 },
                    .with { $0.kvlistValue.values = [attribute("deep", text)] },
                ]
            },
            .with {
                $0.key = "customer"
                $0.value.kvlistValue.values = [attribute("name", text), attribute("tier", "gold")]
            },
        ]
    }

    private static func resource(_ text: String) -> Opentelemetry_Proto_Resource_V1_Resource {
        .with {
            $0.attributes = attributes(text) + [attribute("service.name", "shop of \(text)")]
            $0.entityRefs = [
                .with {
                    $0.schemaURL = "https://\(text)"
                    $0.type = text
                    $0.idKeys = ["service.name", key]
                    $0.descriptionKeys = ["visits.\(text).count"]
                }
            ]
        }
    }

    private static func scope(
        _ text: String
    ) -> Opentelemetry_Proto_Common_V1_InstrumentationScope {
        .with {
            $0.name = "scope of \(text)"
            $0.version = text
            $0.attributes = attributes(text)
        }
    }

    private static func traces(
        _ text: String
    ) -> Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest {
        let span = Opentelemetry_Proto_Trace_V1_Span.with {
            $0.traceID = Data(repeating: 7, count: 16)
            $0.spanID = Data(repeating: 8, count: 8)
            $0.traceState = "vendor=\(text)"
            $0.name = "GET /customers/\(text)"
            $0.startTimeUnixNano = 1_000_000_000
            $0.attributes = attributes(text)
            $0.events = [
                .with {
                    $0.name = "greeted \(text)"
                    $0.attributes = attributes(text)
                }
            ]
            $0.links = [
                .with {
                    $0.traceID = Data(repeating: 9, count: 16)
                    $0.traceState = text
                    $0.attributes = attributes(text)
                }
            ]
            $0.status.message = "no such customer: \(text)"
        }
        return .with {
            $0.resourceSpans = [
                .with {
                    $0.resource = resource(text)
                    $0.schemaURL = text
                    $0.scopeSpans = [
                        .with {
                            $0.scope = scope(text)
                            $0.schemaURL = text
                            $0.spans = [span]
                        }
                    ]
                }
            ]
        }
    }

    private static func metrics(
        _ text: String
    ) -> Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceRequest {
        let exemplar = Opentelemetry_Proto_Metrics_V1_Exemplar.with {
            $0.filteredAttributes = attributes(text)
        }
        func metric(
            _ fill: (inout Opentelemetry_Proto_Metrics_V1_Metric) -> Void
        ) -> Opentelemetry_Proto_Metrics_V1_Metric {
            .with {
                $0.name = "visits of \(text)"
                $0.description_p = text
                $0.unit = text
                $0.metadata = attributes(text)
                fill(&$0)
            }
        }
        let number = Opentelemetry_Proto_Metrics_V1_NumberDataPoint.with {
            $0.attributes = attributes(text)
            $0.exemplars = [exemplar]
            $0.asDouble = 1.5
        }
        let metrics = [
            metric { $0.gauge.dataPoints = [number] }, metric { $0.sum.dataPoints = [number] },
            metric {
                $0.histogram.dataPoints = [
                    .with {
                        $0.attributes = attributes(text)
                        $0.exemplars = [exemplar]
                        $0.explicitBounds = [1, 2]
                        $0.bucketCounts = [1, 2, 3]
                    }
                ]
            },
            metric {
                $0.exponentialHistogram.dataPoints = [
                    .with {
                        $0.attributes = attributes(text)
                        $0.exemplars = [exemplar]
                        $0.positive.bucketCounts = [1, 2]
                    }
                ]
            }, metric { $0.summary.dataPoints = [.with { $0.attributes = attributes(text) }] },
        ]
        return .with {
            $0.resourceMetrics = [
                .with {
                    $0.resource = resource(text)
                    $0.schemaURL = text
                    $0.scopeMetrics = [
                        .with {
                            $0.scope = scope(text)
                            $0.schemaURL = text
                            $0.metrics = metrics
                        }
                    ]
                }
            ]
        }
    }

    private static func logs(
        _ text: String
    ) -> Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest {
        let records: [Opentelemetry_Proto_Logs_V1_LogRecord] = [
            .with {
                $0.body.stringValue = "\(text) logged in"
                $0.severityText = text
                $0.eventName = "login of \(text)"
                $0.attributes = attributes(text)
                $0.traceID = Data(text.utf8)
            },
            .with { $0.body.kvlistValue.values = attributes(text) },
        ]
        return .with {
            $0.resourceLogs = [
                .with {
                    $0.resource = resource(text)
                    $0.schemaURL = text
                    $0.scopeLogs = [
                        .with {
                            $0.scope = scope(text)
                            $0.schemaURL = text
                            $0.logRecords = records
                        }
                    ]
                }
            ]
        }
    }
}
