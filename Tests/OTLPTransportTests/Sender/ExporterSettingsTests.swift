import OTLP
import OTLPTransport
import Testing

@Suite("Exporter settings")
struct ExporterSettingsTests {
    private func urls(
        _ variables: [String: String],
        _ change: (inout ExporterSettings) -> Void = { _ in }
    ) throws -> [String?] {
        var settings = ExporterSettings()
        change(&settings)
        let environment = ExporterEnvironment(variables)
        return try Signal.allCases.map { signal in
            let wireProtocol = try settings.wireProtocol(of: signal, environment)
            return try settings.endpoint(of: signal, environment)?.url(for: signal, wireProtocol)
        }
    }

    private func complaint(_ variables: [String: String]) -> String? {
        do {
            let environment = ExporterEnvironment(variables)
            for signal in Signal.allCases {
                _ = try ExporterSettings().endpoint(of: signal, environment)
                _ = try ExporterSettings()
                    .configuration(of: signal, environment, isSecure: false)
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("names no endpoint where nobody does")
    func none() throws {
        #expect(try urls([:]) == [nil, nil, nil])
        #expect(try urls(["OTEL_EXPORTER_OTLP_ENDPOINT": " "]) == [nil, nil, nil])
    }

    @Test("adds the signal's path to the endpoint for all, and nothing to a signal's own")
    func environmentEndpoints() throws {
        let variables = [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://a:1/base/",
            "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "https://b/own/",
            "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://c:3",
        ]
        #expect(
            try urls(variables)
                == ["http://a:1/base/v1/traces", "https://b:443/own/", "http://c:3/"]
        )
    }

    @Test("lets what is given win over the environment, and a signal's own over the one for all")
    func precedence() throws {
        let variables = [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://a:1",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://b:2/t",
        ]
        let found = try urls(variables) {
            $0.endpoint = "http://c:3"
            $0.signalEndpoints = [.logs: "http://d:4/l"]
        }
        #expect(found == ["http://c:3/v1/traces", "http://c:3/v1/metrics", "http://d:4/l"])
    }

    @Test("takes gRPC endpoints without a scheme, over TLS unless that is turned off")
    func schemeless() throws {
        var variables = [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        ]
        #expect(try urls(variables).first == "https://collector:4317")
        variables["OTEL_EXPORTER_OTLP_INSECURE"] = "TRUE"
        #expect(try urls(variables).first == "http://collector:4317")
        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector"
        #expect(try urls(variables).first == "http://collector:4317")
        variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = nil
        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector:4318"
        #expect(throws: OTLPTransportError.self) { try urls(variables) }
    }

    @Test("reads how to send, each signal's own first")
    func configuration() throws {
        let environment = ExporterEnvironment([
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json",
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
            "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION": "none",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "2500",
            "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b, X-Other = c=d ,",
        ])
        func read(
            _ signal: Signal,
            _ settings: ExporterSettings = .init()
        ) throws -> OTLPSender.Configuration {
            try settings.configuration(of: signal, environment, isSecure: false)
        }
        #expect(try read(.traces).wireProtocol == .grpc)
        #expect(try read(.metrics).wireProtocol == .httpJSON)
        #expect(try read(.metrics).compression == .gzip)
        #expect(try read(.logs).compression == .none)
        #expect(try read(.logs).requestTimeout == .milliseconds(2_500))
        let inherited = [
            try OTLPSender.Header(name: "api-key", value: "a b"),
            try OTLPSender.Header(name: "X-Other", value: "c=d"),
        ]
        #expect(try read(.logs).headers == inherited)

        var settings = ExporterSettings()
        settings.wireProtocol = .httpProtobuf
        settings.compression = OTLPSender.Compression.none
        settings.timeout = .seconds(1)
        settings.headers = [try OTLPSender.Header(name: "API-Key", value: "mine")]
        let own = try read(.traces, settings)
        #expect(own.wireProtocol == .httpProtobuf)
        #expect(own.compression == .none)
        #expect(own.requestTimeout == .seconds(1))
        #expect(own.headers == [inherited[1], settings.headers[0]])
    }

    @Test(
        "names the variable that can't be used, and never shows what may be secret",
        arguments: [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318", "starts with http://"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:secret@a", "credentials"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http", "'http' is none of http/protobuf"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "'zstd' is none of none, gzip"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "'10s' is not a number of milliseconds"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "0", "'0' is not a number of milliseconds"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=b,secret", "entry 2"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=secret%0Aline", "entry 1"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "content-length=3", "entry 1"),
        ]
    )
    func complaints(variable: String, value: String, reason: String) {
        let complaint = complaint([variable: value]) ?? ""
        #expect(complaint.hasPrefix(variable + ": "))
        #expect(complaint.contains(reason), "\(complaint)")
        #expect(!complaint.contains("secret"))
        #expect(!complaint.contains("\n"))
    }
}
