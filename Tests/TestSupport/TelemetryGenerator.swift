public import OTLP
import SwiftProtobuf

/// Makes export requests of every shape that OTLP allows, the same ones for the same seed.
public struct TelemetryGenerator {
    private var random: SeededGenerator
    private var traces: [[UInt8]] = []
    private var now: UInt64 = 1_700_000_000_000_000_000

    /// A generator whose output depends on nothing but the seed.
    public init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// The next export request: a signal by chance, 1…40 items, arriving after the one before.
    public mutating func next() throws -> ExportRequest {
        let signal = Signal.allCases[Int.random(in: 0..<3, using: &random)]
        return try next(signal, items: .random(in: 1...40, using: &random))
    }

    /// The next export request of a signal.
    public mutating func next(_ signal: Signal, items: Int) throws -> ExportRequest {
        now += .random(in: 1...50_000_000, using: &random)
        let payload: [UInt8] =
            switch signal {
            case .traces: try traceRequest(items).serializedBytes()
            case .metrics: try metricsRequest(items).serializedBytes()
            case .logs: try logsRequest(items).serializedBytes()
            }
        return ExportRequest(
            signal: signal,
            arrival: Timestamp(unixNanoseconds: now),
            transport: OTLPProtocol.allCases[Int(now % 3)],
            payload: payload
        )
    }

    // MARK: Traces

    private mutating func traceRequest(
        _ items: Int
    ) -> Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest {
        var spans = Opentelemetry_Proto_Trace_V1_ScopeSpans()
        spans.scope.name = "test"
        for _ in 0..<items { spans.spans.append(span()) }
        var entry = Opentelemetry_Proto_Trace_V1_ResourceSpans()
        entry.resource = resource()
        entry.scopeSpans = [spans]
        return .with { $0.resourceSpans = [entry] }
    }

    private mutating func span() -> Opentelemetry_Proto_Trace_V1_Span {
        var span = Opentelemetry_Proto_Trace_V1_Span()
        span.traceID = .init(traceID())
        span.spanID = .init(bytes(8))
        if chance(3) { span.parentSpanID = .init(bytes(8)) }
        span.name =
            ["GET /", "POST /orders", "SELECT items", "größer"].randomElement(using: &random) ?? ""
        span.kind = .init(rawValue: .random(in: 0...5, using: &random)) ?? .internal
        span.startTimeUnixNano = time()
        span.endTimeUnixNano = span.startTimeUnixNano &+ .random(in: 0...90_000_000, using: &random)
        span.attributes = attributes()
        if chance(4) {
            span.events = [
                .with {
                    $0.timeUnixNano = span.startTimeUnixNano
                    $0.name = "exception"
                }
            ]
        }
        if chance(5) {
            let (trace, id) = (traceID(), bytes(8))
            span.links = [
                .with {
                    $0.traceID = .init(trace)
                    $0.spanID = .init(id)
                }
            ]
        }
        span.status.code = .init(rawValue: .random(in: 0...2, using: &random)) ?? .unset
        return span
    }

    // MARK: Metrics

    private mutating func metricsRequest(
        _ items: Int
    ) -> Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceRequest {
        var scope = Opentelemetry_Proto_Metrics_V1_ScopeMetrics()
        for index in 0..<items { scope.metrics.append(metric(index)) }
        var entry = Opentelemetry_Proto_Metrics_V1_ResourceMetrics()
        entry.resource = resource()
        entry.scopeMetrics = [scope]
        return .with { $0.resourceMetrics = [entry] }
    }

    private mutating func metric(_ index: Int) -> Opentelemetry_Proto_Metrics_V1_Metric {
        let (start, time, value) = (time(), time(), Double.random(in: 0...9, using: &random))
        let attributes = attributes()
        let (exemplarTrace, exemplarSpan) = (traceID(), bytes(8))
        var metric = Opentelemetry_Proto_Metrics_V1_Metric()
        metric.name = "metric.\(index % 7)"
        metric.unit = "s"
        switch index % 5 {
        case 0:
            metric.gauge.dataPoints = [
                .with {
                    $0.timeUnixNano = time
                    $0.asDouble = value
                    $0.attributes = attributes
                }
            ]
        case 1:
            metric.sum.aggregationTemporality = .delta
            metric.sum.dataPoints = [
                .with {
                    $0.startTimeUnixNano = start
                    $0.timeUnixNano = time
                    $0.asInt = Int64(value * 100)
                    $0.exemplars = [
                        .with {
                            $0.timeUnixNano = time
                            $0.traceID = .init(exemplarTrace)
                            $0.spanID = .init(exemplarSpan)
                        }
                    ]
                }
            ]
        case 2:
            metric.histogram.dataPoints = [
                .with {
                    $0.startTimeUnixNano = start
                    $0.timeUnixNano = time
                    $0.count = 3
                    $0.sum = value
                    $0.bucketCounts = [1, 2, 0]
                    $0.explicitBounds = [0.5, 1]
                }
            ]
        case 3:
            metric.exponentialHistogram.dataPoints = [
                .with {
                    $0.startTimeUnixNano = start
                    $0.timeUnixNano = time
                    $0.scale = -3
                    $0.positive.offset = -9
                    $0.positive.bucketCounts = [1, 300, 7]
                }
            ]
        default:
            metric.summary.dataPoints = [
                .with {
                    $0.timeUnixNano = time
                    $0.quantileValues = [.with { $0.quantile = 0.5 }]
                }
            ]
        }
        return metric
    }

    // MARK: Logs

    private mutating func logsRequest(
        _ items: Int
    ) -> Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest {
        var scope = Opentelemetry_Proto_Logs_V1_ScopeLogs()
        for _ in 0..<items { scope.logRecords.append(logRecord()) }
        var entry = Opentelemetry_Proto_Logs_V1_ResourceLogs()
        entry.resource = resource()
        entry.scopeLogs = [scope]
        return .with { $0.resourceLogs = [entry] }
    }

    private mutating func logRecord() -> Opentelemetry_Proto_Logs_V1_LogRecord {
        var record = Opentelemetry_Proto_Logs_V1_LogRecord()
        record.timeUnixNano = chance(8) ? 0 : time()
        record.observedTimeUnixNano = time()
        record.severityNumber = .info
        record.severityText = "INFO"
        record.body.stringValue = "order accepted \(Int.random(in: 0...99, using: &random))"
        record.attributes = attributes()
        if !chance(4) {
            record.traceID = .init(traceID())
            record.spanID = .init(bytes(8))
        }
        return record
    }

    // MARK: Parts

    private mutating func resource() -> Opentelemetry_Proto_Resource_V1_Resource {
        let name = ["orders", "payments"].randomElement(using: &random) ?? ""
        return .with {
            $0.attributes = [
                .with {
                    $0.key = "service.name"
                    $0.value.stringValue = name
                }
            ]
        }
    }

    private mutating func attributes() -> [Opentelemetry_Proto_Common_V1_KeyValue] {
        (0..<Int.random(in: 0...4, using: &random)).map { index in
            let value = Int64.random(in: -5...5_000, using: &random)
            return .with {
                $0.key = "key.\(index)"
                switch index {
                case 0: $0.value.stringValue = "value \"\(value)\"\n"
                case 1: $0.value.intValue = value
                case 2: $0.value.doubleValue = Double(value) / 8
                default:
                    $0.value.arrayValue.values = [.with { $0.boolValue = value > 0 }]
                }
            }
        }
    }

    /// Mostly around the present, now and then one of the values that break arithmetic.
    private mutating func time() -> UInt64 {
        guard chance(40) else { return now &+ .random(in: 0...1_000_000_000, using: &random) }
        return [0, 1, .max, 1 << 63, UInt64(Int64.max)].randomElement(using: &random) ?? 0
    }

    /// One of the latest traces, or a new one; now and then all zeros or of the wrong length.
    private mutating func traceID() -> [UInt8] {
        if chance(60) { return [UInt8](repeating: 0, count: chance(2) ? 16 : 3) }
        if chance(3) || traces.isEmpty { traces.append(bytes(16)) }
        if traces.count > 20 { traces.removeFirst() }
        return traces.randomElement(using: &random) ?? []
    }

    private mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in .random(in: 0...255, using: &random) }
    }

    private mutating func chance(_ one: Int) -> Bool {
        Int.random(in: 0..<one, using: &random) == 0
    }
}
