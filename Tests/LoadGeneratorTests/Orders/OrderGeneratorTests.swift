import Foundation
import NIOCore
import Testing

@testable import LoadGenerator

@Suite struct OrderGeneratorTests {
    private struct Order: Decodable {
        struct Item: Decodable {
            let sku: String
            let quantity: Int
            let unitPriceMinor: Int
        }

        let customerId: String
        let currency: String
        let items: [Item]
        let paymentMethod: String
    }

    private func orders(_ count: Int, seed: UInt64 = 1) throws -> [Order] {
        let generator = OrderGenerator(seed: seed)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try (0..<count).map { index in
            let body = generator.body(ofOrder: index)
            return try decoder.decode(Order.self, from: Data(body.readableBytesView))
        }
    }

    @Test("writes the JSON that the order service reads, within its rules")
    func wellFormed() throws {
        for order in try orders(2_000) {
            #expect(["EUR", "USD", "GBP"].contains(order.currency))
            #expect(["card", "wallet", "invoice"].contains(order.paymentMethod))
            #expect((1...8).contains(order.items.count))
            #expect(order.items.allSatisfy { (1...5).contains($0.quantity) })
            #expect(order.items.allSatisfy { (300...60_000).contains($0.unitPriceMinor) })
        }
    }

    @Test("makes the same order for the same seed and place, whatever came before")
    func determinism() {
        let (first, second) = (OrderGenerator(seed: 5), OrderGenerator(seed: 5))
        _ = second.body(ofOrder: 1)
        #expect(first.body(ofOrder: 9) == second.body(ofOrder: 9))
        #expect(first.body(ofOrder: 9) != first.body(ofOrder: 10))
        #expect(first.body(ofOrder: 9) != OrderGenerator(seed: 6).body(ofOrder: 9))
    }

    @Test("draws on 200 products and 5,000 customers, a few of them very often")
    func skew() throws {
        let catalogue = OrderCatalogue()
        #expect(Set(catalogue.products.map(\.sku)).count == 200)
        #expect(Set(catalogue.customers.map(\.id)).count == 5_000)
        let orders = try orders(5_000)
        let mostLoyal = Set(catalogue.customers.prefix(50).map(\.id))
        let share = Double(orders.count { mostLoyal.contains($0.customerId) }) / 5_000
        #expect((0.18...0.25).contains(share))
        #expect(Set(orders.map(\.customerId)).count > 1_000)
    }

    @Test("lets a customer always order in the same currency")
    func currency() throws {
        var currencies: [String: Set<String>] = [:]
        for order in try orders(5_000) {
            currencies[order.customerId, default: []].insert(order.currency)
        }
        #expect(currencies.values.allSatisfy { $0.count == 1 })
        #expect(Set(currencies.values.joined()).count == 3)
    }
}
