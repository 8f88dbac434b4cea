import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import TestSupport

@testable import Orders

/// Runs a service that waits for nothing on a port of its own, over a real connection.
func withOrderService<Result: Sendable>(
    failureRate: Double = 0,
    seed: UInt64 = 1,
    storeCapacity: Int = 10_000,
    over setup: TestingSetup = .live,
    _ operation: @Sendable (any TestClientProtocol, RecordedTelemetry) async throws -> Result
) async throws -> Result {
    var configuration = OrderServiceConfiguration()
    configuration.port = 0
    configuration.failureRate = failureRate
    configuration.seed = seed
    configuration.storeCapacity = storeCapacity
    configuration.timeScale = 0
    configuration.maximumBodyBytes = 64 * 1024
    let recorded = RecordedTelemetry()
    let service = try OrderService(
        configuration: configuration,
        logger: Logger(label: "orders") { _ in RecordingLogHandler(recorded: recorded) },
        metrics: RecordingMetrics(recorded: recorded),
        tracer: RecordingTracer(recorded: recorded)
    )
    return try await service.makeApplication().test(setup) { try await operation($0, recorded) }
}

extension TestClientProtocol {
    func placeOrder(_ json: String, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(
            uri: "/orders",
            method: .post,
            headers: headers,
            body: ByteBuffer(string: json)
        )
    }
}

extension TestResponse {
    /// The body, as far as tests ask for it.
    struct Body: Decodable {
        var id: String?
        var status: Status?
        var type: String?
        var title: String?
        var detail: String?
        var instance: String?
        var order_id: String?
        var total_minor: Int64?
    }

    /// A number in a problem, a word in an order.
    enum Status: Decodable, Equatable {
        case number(Int)
        case word(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                self = .number(number)
            } else {
                self = .word(try container.decode(String.self))
            }
        }
    }

    func decoded() throws -> Body {
        try JSONDecoder().decode(Body.self, from: Data(body.readableBytesView))
    }
}

/// Orders such as a load test sends.
enum SampleOrder {
    static let plain = json(items: #"{"sku":"SKU-10442","quantity":2,"unit_price_minor":1299}"#)

    static func json(
        customer: String = "cust-000042",
        currency: String = "EUR",
        method: String = "card",
        items: String
    ) -> String {
        """
        {"customer_id":"\(customer)","currency":"\(currency)","payment_method":"\(method)",\
        "items":[\(items)]}
        """
    }

    static func random(_ generator: inout SeededGenerator) -> String {
        let items = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
            let sku = Int.random(in: 10_000...10_999, using: &generator)
            let quantity = Int.random(in: 1...5, using: &generator)
            let price = Int.random(in: 199...49_999, using: &generator)
            return #"{"sku":"SKU-\#(sku)","quantity":\#(quantity),"unit_price_minor":\#(price)}"#
        }
        return json(
            customer: "cust-\(Int.random(in: 100_000...199_999, using: &generator))",
            currency: ["EUR", "USD", "GBP", "SEK"].randomElement(using: &generator) ?? "EUR",
            method: ["card", "wallet", "invoice"].randomElement(using: &generator) ?? "card",
            items: items.joined(separator: ",")
        )
    }
}
