import OTLP

extension TelemetryConfiguration {
    /// What the environment's `OTEL_…` variables ask for (SDK specification, "Environment Variable
    /// Specification"; OTLP exporter specification, "Configuration Options").
    ///
    /// The service has the given name unless the environment has another; an endpoint given here, a
    /// base URL, has precedence over all the environment's.
    /// - Throws: ``TelemetryConfigurationError``, naming the variable.
    public init(
        environment: [String: String],
        serviceName: String = "unknown_service",
        endpoint: String? = nil
    ) throws(TelemetryConfigurationError) {
        let reader = EnvironmentReader(environment: environment)
        let base = try reader.url("OTEL_EXPORTER_OTLP_ENDPOINT")
        self.init(
            serviceName: serviceName,
            endpoint: endpoint ?? base ?? TelemetryConfiguration.defaultEndpoint
        )
        if let attributes = try reader.list("OTEL_RESOURCE_ATTRIBUTES") {
            resourceAttributes.merge(attributes) { _, new in new }
        }
        if let name = reader.string("OTEL_SERVICE_NAME") {
            resourceAttributes["service.name"] = name
        }
        try traces.readExporter("TRACES", from: reader, readsEndpoint: endpoint == nil)
        try metrics.readExporter("METRICS", from: reader, readsEndpoint: endpoint == nil)
        try logs.readExporter("LOGS", from: reader, readsEndpoint: endpoint == nil)
        try traces.readBatching("OTEL_BSP", from: reader)
        try logs.readBatching("OTEL_BLRP", from: reader)
        metrics.exportTimeout =
            try reader.milliseconds("OTEL_METRIC_EXPORT_TIMEOUT") ?? metrics.exportTimeout
        metricExportInterval =
            try reader.milliseconds("OTEL_METRIC_EXPORT_INTERVAL") ?? metricExportInterval
    }
}

extension SignalConfiguration {
    /// A signal's own variable has precedence over the one for all signals.
    fileprivate mutating func readExporter(
        _ signal: String,
        from reader: EnvironmentReader,
        readsEndpoint: Bool
    ) throws(TelemetryConfigurationError) {
        let (own, common) = ("OTEL_EXPORTER_OTLP_\(signal)_", "OTEL_EXPORTER_OTLP_")
        if readsEndpoint, let url = try reader.url(own + "ENDPOINT") {
            endpoint = url
        }
        headers = try reader.headers(own + "HEADERS", common + "HEADERS")
        timeout = try reader.milliseconds(own + "TIMEOUT", common + "TIMEOUT") ?? timeout
        for prefix in [own, common] {
            try reader.require(prefix + "COMPRESSION", oneOf: ["none"])
            try reader.require(prefix + "PROTOCOL", oneOf: ["http/protobuf"])
        }
    }

    fileprivate mutating func readBatching(
        _ prefix: String,
        from reader: EnvironmentReader
    ) throws(TelemetryConfigurationError) {
        scheduleDelay = try reader.milliseconds(prefix + "_SCHEDULE_DELAY") ?? scheduleDelay
        exportTimeout = try reader.milliseconds(prefix + "_EXPORT_TIMEOUT") ?? exportTimeout
        maximumQueueSize = try reader.count(prefix + "_MAX_QUEUE_SIZE") ?? maximumQueueSize
        let variable = prefix + "_MAX_EXPORT_BATCH_SIZE"
        guard let batchSize = try reader.count(variable) else {
            maximumBatchSize = min(maximumBatchSize, maximumQueueSize)
            return
        }
        guard batchSize <= maximumQueueSize else {
            throw .batchExceedsQueue(
                variable: variable,
                batchSize: batchSize,
                queueSize: maximumQueueSize
            )
        }
        maximumBatchSize = batchSize
    }
}
