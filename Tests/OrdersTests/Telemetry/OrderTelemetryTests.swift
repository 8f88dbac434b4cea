import HTTPTypes
import HummingbirdTesting
import Logging
import TestSupport
import Testing
import Tracing

@testable import Orders

@Suite("Telemetry of an order")
struct OrderTelemetryTests {
    /// Places `count` orders of which every other one fails, and groups what they left by trace.
    private func placeOrders(
        _ count: Int,
        failureRate: Double = 0.5
    ) async throws -> (traces: [String: Trace], recorded: RecordedTelemetry) {
        try await withOrderService(failureRate: failureRate, seed: 5) { client, recorded in
            var generator = SeededGenerator(seed: 5)
            for _ in 0..<count {
                _ = try await client.placeOrder(
                    SampleOrder.random(&generator),
                    headers: [.userAgent: "load-test/1.0"]
                )
            }
            var traces: [String: Trace] = [:]
            for span in recorded.spans {
                traces[span.context.trace, default: Trace()].spans.append(span)
            }
            for record in recorded.records {
                let trace = try #require(record.context?.trace)
                traces[trace, default: Trace()].records.append(record)
            }
            return (traces, recorded)
        }
    }

    private struct Trace {
        var spans: [RecordedTelemetry.Span] = []
        var records: [RecordedTelemetry.Record] = []

        var server: RecordedTelemetry.Span? { spans.first { $0.kind == .server } }
        var status: Int? { server?.attributes.get("http.response.status_code")?.integer }
    }

    @Test("every order, failed or not, yields 3 spans, 6 points and 8 records")
    func counts() async throws {
        let (traces, recorded) = try await placeOrders(300)
        #expect(traces.count == 300)
        #expect(traces.values.allSatisfy { $0.spans.count == 3 })
        #expect(traces.values.allSatisfy { $0.records.count == 8 })
        #expect(recorded.points.count == 1_800)
        #expect(Set(traces.values.map(\.status)) == [201, 402, 409, 504])
        #expect(Set(recorded.points.map(\.name)) == Set(OrderMetrics.descriptions.keys))
    }

    @Test("client spans are children of the server span, and every record is in one of the three")
    func nesting() async throws {
        let (traces, _) = try await placeOrders(60)
        for trace in traces.values {
            let server = try #require(trace.server)
            #expect(server.name == "POST /orders")
            #expect(server.parent == nil)
            let clients = trace.spans.filter { $0.kind == .client }
            #expect(clients.allSatisfy { $0.parent == server.context })
            let perSpan = Dictionary(grouping: trace.records) { $0.context?.span }
                .mapValues(\.count)
            #expect(perSpan[server.context.span] == 4)
            #expect(clients.allSatisfy { perSpan[$0.context.span] == 2 })
        }
    }

    @Test("the failing span has error status, error type and one recorded exception")
    func failures() async throws {
        let (traces, recorded) = try await placeOrders(200, failureRate: 1)
        let expected: [Int: (failing: String, exception: String, other: String)] = [
            409: ("INSERT stock_hold", "OutOfStock", "DELETE stock_hold"),
            402: ("POST /v1/authorizations", "PaymentDeclined", "INSERT stock_hold"),
            504: ("POST /v1/authorizations", "PaymentTimeout", "INSERT stock_hold"),
        ]
        for trace in traces.values {
            let status = try #require(trace.status)
            let (failing, exception, other) = try #require(expected[status])
            let failed = try #require(trace.spans.first { $0.name == failing })
            #expect(failed.status?.code == .error)
            #expect(failed.attributes["error.type"] != nil)
            #expect(failed.errors.count == 1)
            #expect(failed.errors.first?.hasPrefix(exception) == true)
            let sound = try #require(trace.spans.first { $0.name == other })
            #expect(sound.status == nil && sound.errors.isEmpty)
            let server = try #require(trace.server)
            #expect((server.status?.code == .error) == (status == 504))
            #expect(server.attributes["error.type"] != nil)

            let worst = trace.records.map(\.event.level).max()
            #expect(worst == (status == 504 ? .error : .warning))
            let withError = trace.records.filter { $0.event.error != nil }
            #expect(withError.count == 1)
            #expect(withError.first?.context == failed.context)
        }
        #expect(recorded.points.count == 1_200)
    }

    @Test("spans and points carry the attributes of the semantic conventions")
    func attributes() async throws {
        let (traces, recorded) = try await placeOrders(1, failureRate: 0)
        let spans = try #require(traces.values.first?.spans)
        let expected: [String: SpanAttribute] = [
            "http.request.method": "POST", "http.route": "/orders", "url.path": "/orders",
            "url.scheme": "http", "http.response.status_code": .int64(201),
            "server.address": "localhost", "user_agent.original": "load-test/1.0",
            "network.protocol.version": "1.1",
        ]
        let server = try #require(spans.first { $0.kind == .server })
        for (name, value) in expected {
            #expect(server.attributes.get(name) == value, "\(name)")
        }
        for name in ["server.port", "client.address", "http.request.body.size"] {
            #expect(server.attributes.get(name) != nil, "\(name)")
        }
        let database = try #require(spans.first { $0.name == "INSERT stock_hold" })
        #expect(database.attributes.get("db.system.name") == "postgresql")
        #expect(database.attributes.get("db.operation.name") == "INSERT")
        #expect(database.attributes.get("db.collection.name") == "stock_hold")
        let payment = try #require(spans.first { $0.name == "POST /v1/authorizations" })
        #expect(payment.attributes.get("http.request.method") == "POST")
        #expect(payment.attributes.get("http.response.status_code") == .int64(201))

        let points = Dictionary(grouping: recorded.points, by: \.name).mapValues { $0[0] }
        #expect(
            points["http.server.request.duration"]?.dimensions == [
                "http.request.method": "POST", "http.route": "/orders", "url.scheme": "http",
                "http.response.status_code": "201", "network.protocol.version": "1.1",
            ]
        )
        #expect(points["http.client.request.duration"]?.kind == .timer)
        #expect(points["orders.placed"]?.value == 1)
        #expect(points["orders.value"]?.kind == .recorder)
    }

    @Test("a caller's trace is continued")
    func traceparent() async throws {
        try await withOrderService { client, recorded in
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            let name = try #require(HTTPField.Name("traceparent"))
            _ = try await client.placeOrder(
                SampleOrder.plain,
                headers: [name: "00-\(trace)-00f067aa0ba902b7-01"]
            )
            #expect(recorded.spans.count == 3)
            #expect(recorded.spans.allSatisfy { $0.context.trace == trace })
            let server = recorded.spans.first { $0.kind == .server }
            #expect(server?.parent?.span == "00f067aa0ba902b7")
        }
    }

    @Test("health checks leave nothing")
    func health() async throws {
        try await withOrderService { client, recorded in
            let response = try await client.execute(uri: "/health", method: .get)
            #expect(response.status == .ok)
            let refused = try await client.execute(uri: "/health", method: .post)
            #expect(refused.status == .methodNotAllowed)
            #expect(recorded.spans.isEmpty && recorded.points.isEmpty && recorded.records.isEmpty)
        }
    }

    @Test("an order's telemetry comes to about 12 KB as OTLP/JSON")
    func volume() async throws {
        let (_, recorded) = try await placeOrders(300, failureRate: 0.1)
        let spans = recorded.spans.map(JSONVolume.bytes).reduce(0, +) / 300
        let points = recorded.points.map(JSONVolume.bytes).reduce(0, +) / 300
        let records = recorded.records.map(JSONVolume.bytes).reduce(0, +) / 300
        #expect(
            11_400...12_600 ~= spans + points + records,
            "\(spans) B of spans, \(points) B of points, \(records) B of records"
        )
    }
}

extension SpanAttribute {
    fileprivate var integer: Int? {
        if case .int64(let value) = self { Int(value) } else { nil }
    }
}
