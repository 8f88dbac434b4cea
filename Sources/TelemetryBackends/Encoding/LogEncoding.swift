import Logging
import OTLP

extension OTLPLogRecord {
    init(_ record: LogRecord) {
        self.init()
        let event = record.event
        timeUnixNano = record.unixNanoseconds
        observedTimeUnixNano = record.unixNanoseconds
        (severityNumber, severityText) = event.level.otlpSeverity
        body = OTLPAnyValue(.stringValue(event.message.description))
        attributes = [OTLPKeyValue](
            record.metadata,
            record.providedMetadata,
            event.metadata,
            reserving: 5
        )
        attributes.append(OTLPKeyValue("code.file.path", .stringValue(event.file)))
        attributes.append(OTLPKeyValue("code.function.name", .stringValue(event.function)))
        attributes.append(OTLPKeyValue("code.line.number", .intValue(Int64(clamping: event.line))))
        if let error = event.error {
            attributes.append(OTLPKeyValue("exception.type", .stringValue(error.exceptionType)))
            attributes.append(OTLPKeyValue("exception.message", .stringValue("\(error)")))
        }
        attributes.sortByKey()
        if let context = record.spanContext {
            traceID = context.traceID.data
            spanID = context.spanID.data
            flags = UInt32(context.flags.rawValue)
        }
    }
}

extension Logger.Level {
    /// Logs data model, "Displaying Severity" and "Mapping of SeverityNumber".
    fileprivate var otlpSeverity: (OTLPSeverity, String) {
        switch self {
        case .trace: (.trace, "TRACE")
        case .debug: (.debug, "DEBUG")
        case .info: (.info, "INFO")
        case .notice: (.info2, "NOTICE")
        case .warning: (.warn, "WARN")
        case .error: (.error, "ERROR")
        case .critical: (.fatal, "CRITICAL")
        }
    }
}
