import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import ServiceLifecycle
import TestSupport
import Testing
import Tracing

@testable import Orders

@Suite("Order service")
struct OrderServiceTests {
    @Test("a placed order can be fetched")
    func placed() async throws {
        try await withOrderService { client, _ in
            let placed = try await client.placeOrder(SampleOrder.plain)
            #expect(placed.status == .created)
            let order = try placed.decoded()
            let id = try #require(order.id)
            #expect(order.status == .word("confirmed"))
            #expect(order.total_minor == 2_598)
            #expect(placed.headers[.location] == "/orders/\(id)")

            let fetched = try await client.execute(uri: "/orders/\(id)", method: .get)
            #expect(fetched.status == .ok)
            #expect(fetched.body == placed.body)
        }
    }

    @Test("a failed order is answered with its problem, and can be fetched")
    func failed() async throws {
        try await withOrderService(failureRate: 1) { client, _ in
            let kinds = [
                409: "out-of-stock", 402: "payment-declined", 504: "payment-timeout",
            ]
            var seen: Set<Int> = []
            for _ in 0..<60 {
                let response = try await client.placeOrder(SampleOrder.plain)
                let status = Int(response.status.code)
                let kind = try #require(kinds[status])
                let problem = try response.decoded()
                #expect(response.headers[.contentType] == "application/problem+json")
                #expect(problem.status == .number(status))
                #expect(problem.type == "tag:orders.example,2026:problem/\(kind)")
                #expect(problem.title?.isEmpty == false && problem.detail?.isEmpty == false)
                let instance = try #require(problem.instance)
                let order = try await client.execute(uri: instance, method: .get).decoded()
                #expect(order.status == .word(kind.replacing("-", with: "_")))
                #expect(order.id == problem.order_id)
                seen.insert(status)
            }
            #expect(seen == [402, 409, 504])
        }
    }

    @Test(
        "a request that is no order is answered with a problem, traced and logged",
        arguments: [
            ("{", 400, "tag:orders.example,2026:problem/malformed-json"),
            ("{}", 422, "tag:orders.example,2026:problem/invalid-order"),
            (SampleOrder.json(items: ""), 422, "tag:orders.example,2026:problem/invalid-order"),
            (String(repeating: " ", count: 70_000), 413, "about:blank"),
        ]
    )
    func refused(body: String, status: Int, type: String) async throws {
        try await withOrderService { client, recorded in
            let response = try await client.placeOrder(body)
            #expect(Int(response.status.code) == status)
            try expectProblem(response, type: type)

            let span = try #require(recorded.spans.first)
            #expect(recorded.spans.count == 1)
            #expect(span.name == "POST /orders")
            #expect(span.status == nil)
            #expect(span.attributes.get("http.response.status_code") == .int64(Int64(status)))
            #expect(span.attributes.get("error.type") != nil)
            #expect(recorded.records.map(\.event.level) == [.warning, .info])
            #expect(recorded.points.map(\.name) == ["http.server.request.duration"])
            // The connection is still good.
            #expect(try await client.placeOrder(SampleOrder.plain).status == .created)
        }
    }

    @Test("a body beyond the limit is refused though its length wasn't announced")
    func unannouncedLength() async throws {
        try await withOrderService(over: .router) { client, _ in
            let response = try await client.placeOrder(String(repeating: " ", count: 1 << 20))
            #expect(response.status == .contentTooLarge)
        }
    }

    @Test(
        "what isn't there is answered with a problem",
        arguments: [
            (HTTPRequest.Method.get, "/orders/ord_unknown", 404, nil as String?),
            (.get, "/", 404, nil), (.get, "/nowhere/at/all", 404, nil),
            (.delete, "/orders", 405, "POST"), (.get, "/orders", 405, "POST"),
            (.put, "/orders/ord_1", 405, "GET"), (.post, "/health", 405, "GET"),
        ]
    )
    func unrouted(
        method: HTTPRequest.Method,
        path: String,
        status: Int,
        allowed: String?
    ) async throws {
        try await withOrderService { client, _ in
            let response = try await client.execute(uri: path, method: method)
            #expect(Int(response.status.code) == status)
            #expect(response.headers[.allow] == allowed)
            try expectProblem(response)
        }
    }

    @Test("a tenth of orders fails, with the same outcomes for the same seed")
    func failureRate() async throws {
        let outcomes: @Sendable () async throws -> [String] = {
            try await withOrderService(failureRate: 0.1, seed: 11) { client, _ in
                var outcomes: [String] = []
                for _ in 0..<2_000 {
                    let response = try await client.placeOrder(SampleOrder.plain)
                    let body = try response.decoded()
                    outcomes.append("\(body.id ?? body.order_id ?? "") \(response.status.code)")
                }
                return outcomes
            }
        }
        let first = try await outcomes()
        let failed = first.count { !$0.hasSuffix("201") }
        // Three standard deviations of 2,000 trials at 0.1.
        #expect(160...240 ~= failed, "\(failed) of 2,000")
        #expect(try await outcomes() == first)
    }

    @Test("concurrency changes no outcome")
    func concurrent() async throws {
        let placed = try await withOrderService(failureRate: 0.3, seed: 2, over: .ahc()) {
            client,
            _ in
            try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var outcomes: [String] = []
                        for _ in 0..<25 {
                            let response = try await client.placeOrder(SampleOrder.plain)
                            let body = try response.decoded()
                            let id = body.id ?? body.order_id ?? ""
                            outcomes.append("\(id) \(response.status.code)")
                        }
                        return outcomes
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.formUnion($1) }
            }
        }
        let simulation = Simulation(seed: 2, failureRate: 0.3, timeScale: 0)
        let expected = (0..<200 as Range<UInt64>).map { number in
            let order = simulation.order(number)
            let status =
                switch order.failure {
                case nil: 201
                case .outOfStock: 409
                case .paymentDeclined: 402
                case .paymentTimeout: 504
                }
            return "\(order.id) \(status)"
        }
        #expect(placed == Set(expected))
    }

    @Test("only the latest orders are kept")
    func storeBound() async throws {
        try await withOrderService(storeCapacity: 2) { client, _ in
            var ids: [String] = []
            for _ in 0..<3 {
                ids.append(try await client.placeOrder(SampleOrder.plain).decoded().id ?? "")
            }
            var statuses: [HTTPResponse.Status] = []
            for id in ids {
                statuses.append(try await client.execute(uri: "/orders/\(id)", method: .get).status)
            }
            #expect(statuses == [.notFound, .ok, .ok])
        }
    }

    private func expectProblem(_ response: TestResponse, type: String? = nil) throws {
        let problem = try response.decoded()
        #expect(response.headers[.contentType] == "application/problem+json")
        #expect(problem.status == .number(Int(response.status.code)))
        #expect(problem.title?.isEmpty == false && problem.detail?.isEmpty == false)
        #expect(problem.type == type ?? problem.type)
    }
}
