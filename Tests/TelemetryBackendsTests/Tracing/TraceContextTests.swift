import Testing
import Tracing

@testable import TelemetryBackends

@Suite("W3C trace context")
struct TraceContextTests {
    private static let ids = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"

    @Test("reads what it writes", arguments: ["00", "01"])
    func roundTrip(flags: String) throws {
        let header = "00-\(Self.ids)-\(flags)"
        let context = try #require(SpanContext(traceparent: header))
        #expect(context.traceparent == header)
        #expect(context.isRemote)
        #expect(context.flags.contains(.sampled) == (flags == "01"))
    }

    @Test("reads headers of later versions, and keeps flags without a meaning out")
    func laterVersions() throws {
        let context = try #require(SpanContext(traceparent: "cc-\(Self.ids)-fd-what-the-future"))
        #expect(context.traceparent == "00-\(Self.ids)-01")
        #expect(SpanContext(traceparent: "01-\(Self.ids)-01") != nil)
    }

    @Test(
        "ignores malformed headers",
        arguments: [
            "", "00", "00-\(ids)", "00-\(ids)-", "00-\(ids)-0", "00-\(ids)-001", "00-\(ids)-01-",
            "00-\(ids)-01-more", "ff-\(ids)-01", "0-\(ids)-01", "cc-\(ids)-01.more", "00-\(ids)-0G",
            "00_\(ids)-01", " 00-\(ids)-01", "00-\(ids)-01 ",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7a-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01",
        ]
    )
    func malformed(header: String) {
        #expect(SpanContext(traceparent: header) == nil)
    }

    @Test("passes on what other systems added, without empty members and spaces")
    func traceState() {
        #expect(
            TraceState("congo=t61rcWkgMzE , ,rojo=00f067")?.header
                == "congo=t61rcWkgMzE,rojo=00f067"
        )
        #expect(TraceState("1tenant@sys/tem=a b")?.header == "1tenant@sys/tem=a b")
    }

    @Test(
        "discards a malformed tracestate",
        arguments: [
            "", " , ", "key", "=v", "Key=v", "a=", "a=b=c", "a=é", "a=1,a=2", "@a=1",
            String(repeating: "a", count: 257) + "=1", "a=" + String(repeating: "b", count: 257),
            (0..<33).map { "k\($0)=v" }.joined(separator: ","),
        ]
    )
    func malformedTraceState(header: String) throws {
        #expect(TraceState(header) == nil)
        let context = try #require(
            SpanContext(traceparent: "00-\(Self.ids)-01", tracestate: header)
        )
        #expect(context.traceState == nil)
    }

    @Test("a child keeps the trace, its flags and its state; the headers name the child")
    func propagation() throws {
        let tracer = Telemetry(testing: .testing("http://127.0.0.1:1")).tracer
        var context = ServiceContext.topLevel
        let incoming = ["traceparent": "00-\(Self.ids)-00", "tracestate": "a=b"]
        tracer.extract(incoming, into: &context, using: DictionaryCarrier())
        let span = tracer.startSpan("child", context: context)
        var outgoing: [String: String] = [:]
        tracer.inject(span.context, into: &outgoing, using: DictionaryCarrier())
        let child = try #require(span.context.spanContext)
        #expect(
            outgoing == [
                "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-\(child.spanID)-00",
                "tracestate": "a=b",
            ]
        )
        #expect("\(child.spanID)" != "00f067aa0ba902b7")
        #expect(!child.isRemote)
    }

    @Test("a malformed header leaves the context alone, and no span injects nothing")
    func nothing() {
        let tracer = Telemetry(testing: .testing("http://127.0.0.1:1")).tracer
        var context = ServiceContext.topLevel
        tracer.extract(["traceparent": "00-x"], into: &context, using: DictionaryCarrier())
        #expect(context.spanContext == nil)
        var outgoing: [String: String] = [:]
        tracer.inject(context, into: &outgoing, using: DictionaryCarrier())
        #expect(outgoing.isEmpty)
    }

    @Test("never draws an id of zeros")
    func zero() {
        let identifiers = IdentifierGenerator(Script(numbers: [0, 0, 0, 5, 0, 0, 7]))
        #expect(identifiers.traceID() == TraceID(high: 0, low: 5))
        #expect(identifiers.spanID() == SpanID(7))
    }
}

private struct Script: RandomNumberGenerator, Sendable {
    var numbers: [UInt64]

    mutating func next() -> UInt64 { numbers.removeFirst() }
}

struct DictionaryCarrier: Extractor, Injector {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }

    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
        carrier[key] = value
    }
}
