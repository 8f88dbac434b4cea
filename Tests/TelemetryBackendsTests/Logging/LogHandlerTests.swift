import Logging
import OTLP
import SwiftProtobuf
import Testing
import Tracing

@testable import TelemetryBackends

@Suite("Log handler")
struct LogHandlerTests {
    private struct Broken: Error {}

    private func logger(_ telemetry: Telemetry, _ label: String = "orders") -> Logger {
        Logger(label: label) { telemetry.makeLogHandler(label: $0) }
    }

    @Test("exports severity, body, time, source location and the span's ids")
    func record() async throws {
        let (receiver, counts) = try await Telemetry.exporting { telemetry in
            telemetry.tracer.withSpan("work", context: .topLevel) { _ in
                logger(telemetry).warning("stock is low", metadata: ["sku": "A-1"])
            }
            logger(telemetry).notice("outside")
            logger(telemetry).debug("below the level")
        }
        let records = try receiver.logRecords()
        let span = try #require(try receiver.spans().first)
        #expect(records.map(\.body.stringValue) == ["stock is low", "outside"])
        let (inside, outside) = (records[0], records[1])
        #expect(inside.severityNumber == .warn)
        #expect(inside.severityText == "WARN")
        #expect(outside.severityNumber == .info2)
        #expect(inside.timeUnixNano == TestClock.startUnixNanoseconds)
        #expect(inside.observedTimeUnixNano == TestClock.startUnixNanoseconds)
        #expect(inside.traceID == span.traceID)
        #expect(inside.spanID == span.spanID)
        #expect(inside.flags == 1)
        #expect(outside.traceID.isEmpty)
        #expect(outside.spanID.isEmpty)
        #expect(inside.attributes["sku"] == .stringValue("A-1"))
        #expect(
            inside.attributes["code.file.path"]
                == .stringValue("TelemetryBackendsTests/LogHandlerTests.swift")
        )
        #expect(inside.attributes["code.function.name"] == .stringValue("record()"))
        #expect(inside.attributes["code.line.number"] != nil)
        #expect(counts.logs.exported == 2)
    }

    @Test("has one scope a label")
    func scopes() async throws {
        let (receiver, _) = try await Telemetry.exporting { telemetry in
            logger(telemetry, "a").info("1")
            logger(telemetry, "b").info("2")
            logger(telemetry, "a").info("3")
        }
        let request = try #require(
            try receiver.messages(OTLPLogsRequest.self, at: "/v1/logs").first
        )
        let scopes = try #require(request.resourceLogs.first).scopeLogs
        #expect(scopes.map(\.scope.name) == ["a", "b"])
        #expect(scopes.map { $0.logRecords.map(\.body.stringValue) } == [["1", "3"], ["2"]])
    }

    @Test("merges the metadata of logger, provider and event, the later over the earlier")
    func metadata() async throws {
        let (receiver, _) = try await Telemetry.exporting { telemetry in
            var logger = logger(telemetry)
            logger[metadataKey: "a"] = "logger"
            logger[metadataKey: "b"] = "logger"
            logger[metadataKey: "c"] = "logger"
            logger.handler.metadataProvider = .init { ["b": "provider", "c": "provider"] }
            logger.info(
                "x",
                metadata: [
                    "c": "event", "list": ["1", ["k": "v"]], "number": .stringConvertible(7),
                ]
            )
        }
        let attributes = try #require(try receiver.logRecords().first).attributes
        #expect(attributes["a"] == .stringValue("logger"))
        #expect(attributes["b"] == .stringValue("provider"))
        #expect(attributes["c"] == .stringValue("event"))
        #expect(attributes["number"] == .stringValue("7"))
        let nested = OTLPKeyValueList.with { $0.values = [OTLPKeyValue("k", .stringValue("v"))] }
        let list = OTLPArray.with {
            $0.values = [OTLPAnyValue(.stringValue("1")), OTLPAnyValue(.kvlistValue(nested))]
        }
        #expect(attributes["list"] == .arrayValue(list))
        #expect(Set(attributes.map(\.key)).count == attributes.count)
        #expect(attributes.map(\.key) == attributes.map(\.key).sorted())
    }

    @Test("records an error as exception attributes")
    func error() async throws {
        let (receiver, _) = try await Telemetry.exporting { telemetry in
            logger(telemetry).error("failed", error: Broken())
        }
        let record = try #require(try receiver.logRecords().first)
        #expect(record.severityNumber == .error)
        #expect(record.attributes["exception.message"] == .stringValue("Broken()"))
        #expect(record.attributes["exception.type"] != nil)
    }

    @Test("cuts metadata that nests too deep")
    func depth() {
        var value = Logger.MetadataValue.string("deep")
        for _ in 0..<1_000 { value = .array([value]) }
        var (depth, current) = (0, OTLPAnyValue.OneOf_Value(value))
        while case .arrayValue(let array) = current, let next = array.values.first?.value {
            (depth, current) = (depth + 1, next)
        }
        #expect(depth == 16)
    }
}
