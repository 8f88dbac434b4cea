import Foundation

/// A message with trace and span ids in it, at whatever depth.
protocol IdentifierBearing {
    /// Hands every trace and span id to `body`, which may change it.
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws
}

extension MutableCollection where Element: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        var place = startIndex
        while place != endIndex {
            try self[place].updateIdentifiers(body)
            formIndex(after: &place)
        }
    }
}

// MARK: Traces

extension Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        try resourceSpans.updateIdentifiers(body)
    }
}

extension Opentelemetry_Proto_Trace_V1_ResourceSpans: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        for place in scopeSpans.indices { try scopeSpans[place].spans.updateIdentifiers(body) }
    }
}

extension Opentelemetry_Proto_Trace_V1_Span: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        try body(&traceID)
        try body(&spanID)
        try body(&parentSpanID)
        try links.updateIdentifiers(body)
    }
}

extension Opentelemetry_Proto_Trace_V1_Span.Link: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        try body(&traceID)
        try body(&spanID)
    }
}

// MARK: Metrics

extension Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceRequest: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        try resourceMetrics.updateIdentifiers(body)
    }
}

extension Opentelemetry_Proto_Metrics_V1_ResourceMetrics: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        for place in scopeMetrics.indices {
            try scopeMetrics[place].metrics.updateIdentifiers(body)
        }
    }
}

extension Opentelemetry_Proto_Metrics_V1_Metric: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        switch data {
        case .gauge: try gauge.dataPoints.updateIdentifiers(body)
        case .sum: try sum.dataPoints.updateIdentifiers(body)
        case .histogram: try histogram.dataPoints.updateIdentifiers(body)
        case .exponentialHistogram: try exponentialHistogram.dataPoints.updateIdentifiers(body)
        case .summary, nil: break
        }
    }
}

extension Opentelemetry_Proto_Metrics_V1_NumberDataPoint: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        try exemplars.updateIdentifiers(body)
    }
}

extension Opentelemetry_Proto_Metrics_V1_HistogramDataPoint: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        try exemplars.updateIdentifiers(body)
    }
}

extension Opentelemetry_Proto_Metrics_V1_ExponentialHistogramDataPoint: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        try exemplars.updateIdentifiers(body)
    }
}

extension Opentelemetry_Proto_Metrics_V1_Exemplar: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        try body(&traceID)
        try body(&spanID)
    }
}

// MARK: Logs

extension Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        try resourceLogs.updateIdentifiers(body)
    }
}

extension Opentelemetry_Proto_Logs_V1_ResourceLogs: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        for place in scopeLogs.indices { try scopeLogs[place].logRecords.updateIdentifiers(body) }
    }
}

extension Opentelemetry_Proto_Logs_V1_LogRecord: IdentifierBearing {
    mutating func updateIdentifiers(_ body: (inout Data) throws -> Void) throws {
        try body(&traceID)
        try body(&spanID)
    }
}
