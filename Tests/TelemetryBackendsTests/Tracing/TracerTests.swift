import OTLP
import SwiftProtobuf
import Testing
import Tracing

@testable import TelemetryBackends

@Suite("Tracer")
struct TracerTests {
    private struct Refused: Error, CustomStringConvertible {
        let description = "card expired"
    }

    private struct Instant: TracerInstant {
        let nanosecondsSinceEpoch: UInt64

        static func < (lhs: Instant, rhs: Instant) -> Bool {
            lhs.nanosecondsSinceEpoch < rhs.nanosecondsSinceEpoch
        }
    }

    @Test("exports a span with all that was set on it, and those of a trace with their relations")
    func span() async throws {
        let (receiver, counts) = try await Telemetry.exporting { telemetry in
            let parent = telemetry.tracer.startSpan(
                "parent",
                context: .topLevel,
                ofKind: .server,
                at: Instant(nanosecondsSinceEpoch: 1_000)
            )
            let child = telemetry.tracer.startSpan(
                "old name",
                context: parent.context,
                ofKind: .client,
                at: Instant(nanosecondsSinceEpoch: 2_000)
            )
            child.operationName = "child"
            child.attributes["a"] = 1
            child.attributes["b"] = "x"
            child.addEvent(
                SpanEvent(
                    name: "sent",
                    at: Instant(nanosecondsSinceEpoch: 2_500),
                    attributes: ["bytes": 12]
                )
            )
            child.addLink(parent, attributes: ["why": "test"])
            child.setStatus(SpanStatus(code: .error, message: "late"))
            child.end(at: Instant(nanosecondsSinceEpoch: 3_000))
            child.end(at: Instant(nanosecondsSinceEpoch: 9_000))
            child.attributes["c"] = "too late"
            parent.end(at: Instant(nanosecondsSinceEpoch: 500))
        }
        let spans = try receiver.spans()
        #expect(spans.map(\.name) == ["child", "parent"])
        let (child, parent) = (spans[0], spans[1])
        #expect(child.traceID == parent.traceID)
        #expect(child.traceID.count == 16)
        #expect(child.parentSpanID == parent.spanID)
        #expect(parent.parentSpanID.isEmpty)
        #expect(child.kind == .client)
        #expect(parent.kind == .server)
        #expect(child.startTimeUnixNano == 2_000)
        #expect(child.endTimeUnixNano == 3_000)
        #expect(parent.endTimeUnixNano == 1_000)
        #expect(child.flags == 0x101)
        #expect(child.attributes.map(\.key) == ["a", "b"])
        #expect(child.events.map(\.name) == ["sent"])
        #expect(child.events[0].timeUnixNano == 2_500)
        #expect(child.events[0].attributes["bytes"] == .intValue(12))
        #expect(child.links.map(\.spanID) == [parent.spanID])
        #expect(child.status.code == .error)
        #expect(child.status.message == "late")
        #expect(!parent.hasStatus)
        #expect(counts.traces.emitted == 2)
        #expect(counts.traces.exported == 2)
    }

    @Test("has the service's resource, and the module that starts a span as its scope")
    func resource() async throws {
        let (receiver, _) = try await Telemetry.exporting { telemetry in
            telemetry.tracer.startSpan("a", context: .topLevel).end()
        }
        let request = try #require(
            try receiver.messages(OTLPTraceRequest.self, at: "/v1/traces").first
        )
        let entry = try #require(request.resourceSpans.first)
        #expect(entry.resource.attributes["service.name"] == .stringValue("test"))
        #expect(entry.resource.attributes["telemetry.sdk.language"] == .stringValue("swift"))
        #expect(entry.scopeSpans.map(\.scope.name) == ["TelemetryBackendsTests"])
    }

    @Test("converts attributes of every type")
    func attributes() async throws {
        let (receiver, _) = try await Telemetry.exporting { telemetry in
            let span = telemetry.tracer.startSpan("a", context: .topLevel)
            span.attributes = SpanAttributes([
                "bool": true, "double": 1.5, "int32": .int32(-3), "int64": .int64(1 << 40),
                "text": "é", "convertible": .stringConvertible(Refused()),
                "bools": .boolArray([true, false]), "doubles": .doubleArray([0.5]),
                "int32s": .int32Array([1]), "int64s": .int64Array([]),
                "texts": .stringArray(["x"]), "convertibles": .stringConvertibleArray([7]),
            ])
            span.end()
        }
        let attributes = try #require(try receiver.spans().first).attributes
        func array(_ values: OTLPAnyValue.OneOf_Value...) -> OTLPAnyValue.OneOf_Value {
            .arrayValue(.with { $0.values = values.map { OTLPAnyValue($0) } })
        }
        #expect(attributes.count == 12)
        #expect(attributes["bool"] == .boolValue(true))
        #expect(attributes["double"] == .doubleValue(1.5))
        #expect(attributes["int32"] == .intValue(-3))
        #expect(attributes["int64"] == .intValue(1 << 40))
        #expect(attributes["text"] == .stringValue("é"))
        #expect(attributes["convertible"] == .stringValue("card expired"))
        #expect(attributes["bools"] == array(.boolValue(true), .boolValue(false)))
        #expect(attributes["doubles"] == array(.doubleValue(0.5)))
        #expect(attributes["int32s"] == array(.intValue(1)))
        #expect(attributes["int64s"] == array())
        #expect(attributes["texts"] == array(.stringValue("x")))
        #expect(attributes["convertibles"] == array(.stringValue("7")))
    }

    @Test("records an error as an exception event, and as the span's status where it is thrown")
    func errors() async throws {
        let (receiver, _) = try await Telemetry.exporting { telemetry in
            try? telemetry.tracer.withSpan("pay", context: .topLevel) { _ in throw Refused() }
        }
        let span = try #require(try receiver.spans().first)
        let event = try #require(span.events.first)
        #expect(event.name == "exception")
        #expect(event.attributes["exception.message"] == .stringValue("card expired"))
        guard case .stringValue(let type) = event.attributes["exception.type"] else {
            Issue.record("no exception.type")
            return
        }
        #expect(type.hasPrefix("TelemetryBackendsTests.") && type.hasSuffix("Refused"))
        #expect(span.status.code == .error)
    }

    @Test("an ok status is final and has no message")
    func status() async throws {
        let (receiver, _) = try await Telemetry.exporting { telemetry in
            let span = telemetry.tracer.startSpan("a", context: .topLevel)
            span.setStatus(SpanStatus(code: .ok, message: "fine"))
            span.setStatus(SpanStatus(code: .error, message: "no"))
            span.end()
        }
        let status = try #require(try receiver.spans().first).status
        #expect(status.code == .ok)
        #expect(status.message.isEmpty)
    }

    @Test("drops what exceeds a span's limits, and counts it in the span")
    func limits() async throws {
        let (receiver, _) = try await Telemetry.exporting {
            $0.spanLimits.attributes = 2
            $0.spanLimits.events = 1
            $0.spanLimits.links = 1
        } _: { telemetry in
            let span = telemetry.tracer.startSpan("a", context: .topLevel)
            span.attributes["y"] = 1
            span.attributes["z"] = 2
            span.attributes["a"] = 3
            span.attributes["z"] = 4
            for _ in 0..<3 {
                span.addEvent(SpanEvent(name: "e", attributes: ["1": 1, "2": 2, "3": 3]))
            }
            span.addLink(span)
            span.addLink(span)
            span.addLink(SpanLink(context: .topLevel, attributes: [:]))
            span.end()
        }
        let span = try #require(try receiver.spans().first)
        #expect(span.attributes.map(\.key) == ["y", "z"])
        #expect(span.attributes["z"] == .intValue(4))
        #expect(span.droppedAttributesCount == 1)
        #expect(span.events.count == 1)
        #expect(span.droppedEventsCount == 2)
        #expect(span.events[0].droppedAttributesCount == 1)
        #expect(span.links.count == 1)
        #expect(span.droppedLinksCount == 1)
    }

    @Test(
        "neither records nor exports a span whose parent isn't sampled, and says where a parent was"
    )
    func sampling() async throws {
        let (receiver, counts) = try await Telemetry.exporting { telemetry in
            for flags in ["00", "01"] {
                var context = ServiceContext.topLevel
                context.spanContext = SpanContext(
                    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-" + flags
                )
                let span = telemetry.tracer.startSpan(flags, context: context)
                #expect(span.isRecording == (flags == "01"))
                span.attributes["a"] = 1
                #expect(span.attributes.isEmpty == (flags == "00"))
                span.end()
                #expect(!span.isRecording)
            }
        }
        let spans = try receiver.spans()
        #expect(spans.map(\.name) == ["01"])
        #expect(spans.first?.flags == 0x301)
        #expect(counts.traces.emitted == 1)
    }
}
