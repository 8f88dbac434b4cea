import Testing

@testable import Orders

@Suite("Order store")
struct OrderStoreTests {
    @Test("the oldest order makes room for the next one", arguments: [1, 3, 10])
    func bound(capacity: Int) {
        let store = OrderStore(capacity: capacity)
        let draft = OrderDraft(
            customerID: "c",
            currency: .eur,
            paymentMethod: .card,
            lines: [],
            totalMinor: 0,
            units: 0
        )
        for number in 0..<25 {
            store.insert(
                Order(id: "\(number)", status: .confirmed, createdAt: "", draft: draft)
            )
            #expect(store.count == min(number + 1, capacity))
        }
        #expect(store.order("24") != nil)
        #expect(store.order("\(25 - capacity)") != nil)
        #expect(store.order("\(24 - capacity)") == nil)
    }
}
