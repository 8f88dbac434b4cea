import NIOCore

/// Makes up orders; the n-th is the same for the same seed, whoever asks and when.
struct OrderGenerator: Sendable {
    private let seed: UInt64
    private let catalogue = OrderCatalogue()

    init(seed: UInt64) {
        self.seed = seed
    }

    /// The order as the JSON body of `POST /orders`.
    ///
    /// Written straight into the buffer, since the load shares its processors with what it
    /// measures. Every string comes from the catalogue and needs no escaping.
    func body(ofOrder index: Int) -> ByteBuffer {
        var random = SplitMix64(seed: seed ^ (UInt64(truncatingIfNeeded: index) &* Self.stride))
        let customer = catalogue.customers[random.nextSkewedIndex(below: catalogue.customers.count)]
        var body = ByteBuffer()
        body.reserveCapacity(384)
        body.writeString("{\"customer_id\":\"")
        body.writeString(customer.id)
        body.writeString("\",\"currency\":\"")
        body.writeString(customer.currency)
        body.writeString("\",\"items\":[")
        writeItems(&body, &random)
        body.writeString("],\"payment_method\":\"")
        body.writeString(paymentMethod(&random))
        body.writeString("\"}")
        return body
    }

    /// Six orders in ten are for one product, and few for many.
    private func writeItems(_ body: inout ByteBuffer, _ random: inout SplitMix64) {
        var isFirst = true
        var count = 0
        repeat {
            let product = catalogue.products[
                random.nextSkewedIndex(below: catalogue.products.count)
            ]
            body.writeString(isFirst ? "{\"sku\":\"" : ",{\"sku\":\"")
            body.writeString(product.sku)
            body.writeString("\",\"quantity\":")
            body.writeString(String(1 + random.nextSkewedIndex(below: 5)))
            body.writeString(",\"unit_price_minor\":")
            body.writeString(String(product.unitPrice))
            body.writeString("}")
            isFirst = false
            count += 1
        } while count < 8 && random.nextUnit() < 0.4
    }

    private func paymentMethod(_ random: inout SplitMix64) -> String {
        switch random.nextUnit() {
        case ..<0.7: "card"
        case ..<0.9: "wallet"
        default: "invoice"
        }
    }

    /// An odd number with its bits well spread, so that neighbouring orders share no state.
    private static let stride: UInt64 = 0xd134_2543_de82_ef95
}
