import TelemetryBackends
import Testing

@Suite("Configuration from the environment")
struct EnvironmentTests {
    @Test("has the specification's defaults where nothing is set")
    func defaults() throws {
        let configuration = try TelemetryConfiguration(environment: ["OTEL_SERVICE_NAME": " "])
        #expect(configuration.resourceAttributes == ["service.name": "unknown_service"])
        #expect(configuration.traces.endpoint == "http://localhost:4318/v1/traces")
        #expect(configuration.metrics.endpoint == "http://localhost:4318/v1/metrics")
        #expect(configuration.logs.endpoint == "http://localhost:4318/v1/logs")
        #expect(configuration.traces.timeout == .seconds(10))
        #expect(configuration.traces.scheduleDelay == .seconds(5))
        #expect(configuration.logs.scheduleDelay == .seconds(1))
        #expect(configuration.traces.exportTimeout == .seconds(30))
        #expect(configuration.traces.maximumQueueSize == 2_048)
        #expect(configuration.traces.maximumBatchSize == 512)
        #expect(configuration.metricExportInterval == .seconds(60))
        #expect(configuration.metricsMode == .perMeasurement)
    }

    @Test("decodes resource attributes, among which the service's own variable has precedence")
    func resource() throws {
        let configuration = try TelemetryConfiguration(
            environment: [
                "OTEL_RESOURCE_ATTRIBUTES": "team=a%2Cb%3Dc , service.name=x,host.name=caf%C3%A9,",
                "OTEL_SERVICE_NAME": "orders",
            ]
        )
        #expect(
            configuration.resourceAttributes
                == ["team": "a,b=c", "service.name": "orders", "host.name": "café"]
        )
        let named = try TelemetryConfiguration(
            environment: ["OTEL_RESOURCE_ATTRIBUTES": "service.name=x"],
            serviceName: "program"
        )
        #expect(named.resourceAttributes["service.name"] == "x")
    }

    @Test("appends paths to the common endpoint and uses a signal's own as it is")
    func endpoints() throws {
        let environment = [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector:443/otlp/",
            "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://logs:9/in",
        ]
        let configuration = try TelemetryConfiguration(environment: environment)
        #expect(configuration.traces.endpoint == "https://collector:443/otlp/v1/traces")
        #expect(configuration.logs.endpoint == "http://logs:9/in")
        let explicit = try TelemetryConfiguration(
            environment: environment,
            endpoint: "http://127.0.0.1:1"
        )
        #expect(explicit.metrics.endpoint == "http://127.0.0.1:1/v1/metrics")
        #expect(explicit.logs.endpoint == "http://127.0.0.1:1/v1/logs")
    }

    @Test("reads headers, timeouts and batching, a signal's own before the common ones")
    func exporter() throws {
        let configuration = try TelemetryConfiguration(
            environment: [
                "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b,x=1",
                "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "x=2",
                "OTEL_EXPORTER_OTLP_TIMEOUT": "1500",
                "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT": "20",
                "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
                "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
                "OTEL_BSP_SCHEDULE_DELAY": "100",
                "OTEL_BSP_EXPORT_TIMEOUT": "200",
                "OTEL_BSP_MAX_QUEUE_SIZE": "300",
                "OTEL_BLRP_MAX_QUEUE_SIZE": "10000",
                "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "10000",
                "OTEL_METRIC_EXPORT_INTERVAL": "250",
            ]
        )
        #expect(configuration.traces.headers == ["x": "2"])
        #expect(configuration.logs.headers == ["api-key": "a b", "x": "1"])
        #expect(configuration.metrics.timeout == .milliseconds(1_500))
        #expect(configuration.logs.timeout == .milliseconds(20))
        #expect(configuration.traces.scheduleDelay == .milliseconds(100))
        #expect(configuration.traces.exportTimeout == .milliseconds(200))
        #expect(configuration.traces.maximumQueueSize == 300)
        #expect(configuration.traces.maximumBatchSize == 300)
        #expect(configuration.logs.maximumBatchSize == 10_000)
        #expect(configuration.metricExportInterval == .milliseconds(250))
    }

    @Test(
        "names the variable whose value can't be used",
        arguments: [
            ("OTEL_BSP_MAX_QUEUE_SIZE", "many"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
            ("OTEL_BLRP_SCHEDULE_DELAY", "-1"),
            ("OTEL_BSP_EXPORT_TIMEOUT", "1.5"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4096"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "99999999999999999999"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318"),
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "ftp://host/"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://user:secret@host/"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a b=secret"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=secret%0d%0ab"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "secret"),
            ("OTEL_RESOURCE_ATTRIBUTES", "=secret"),
            ("OTEL_RESOURCE_ATTRIBUTES", "a=secret%zz"),
        ]
    )
    func badValues(variable: String, value: String) throws {
        let error = try #require(throws: TelemetryConfigurationError.self) {
            try TelemetryConfiguration(environment: [variable: value])
        }
        #expect(error.description.contains(variable))
        #expect(!error.description.contains("secret"))
    }

    @Test("says what is wrong with a value")
    func errors() {
        #expect(
            throws: TelemetryConfigurationError.malformedEntry(
                variable: "OTEL_RESOURCE_ATTRIBUTES",
                entry: 2
            )
        ) {
            try TelemetryConfiguration(environment: ["OTEL_RESOURCE_ATTRIBUTES": "a=b,c"])
        }
        #expect(
            throws: TelemetryConfigurationError.batchExceedsQueue(
                variable: "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
                batchSize: 3_000,
                queueSize: 2_048
            )
        ) {
            try TelemetryConfiguration(environment: ["OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "3000"])
        }
    }
}
