/// What can be ordered and by whom: the same shop for every seed.
struct OrderCatalogue: Sendable {
    /// A customer always orders in one currency.
    struct Customer: Sendable {
        let id: String
        let currency: String
    }

    /// Something with a price in minor units of any currency.
    struct Product: Sendable {
        let sku: String
        let unitPrice: Int
    }

    /// The most loyal customer first.
    let customers: [Customer]

    /// The best seller first.
    let products: [Product]

    init() {
        var random = SplitMix64(seed: 8_081)
        customers = (1...5_000).map { number in
            Customer(
                id: "customer-" + Self.padded(number, to: 5),
                currency: Self.currencies[Int(random.next() % 20)]
            )
        }
        var products = Self.kinds.flatMap { kind, price in
            (1...10).map { number in
                Product(
                    sku: kind + "-" + Self.padded(number, to: 3),
                    // From 70 % to 160 % of the usual price, ending in 9.
                    unitPrice: Int(price * (0.7 + 0.9 * random.nextUnit())) / 10 * 10 + 9
                )
            }
        }
        products.shuffle(using: &random)
        self.products = products
    }

    /// Twenty places, so that a currency's share is a multiple of 5 %.
    private static let currencies: [String] = [(12, "EUR"), (5, "USD"), (3, "GBP")]
        .flatMap { Array(repeating: $0.1, count: $0.0) }

    private static let kinds: [(String, Double)] = [
        ("MUG", 1_299), ("PLATE", 1_599), ("BOWL", 1_399), ("TEAPOT", 3_999), ("KETTLE", 4_999),
        ("LAMP", 6_999), ("CHAIR", 12_999), ("TABLE", 34_999), ("SHELF", 8_999), ("RUG", 14_999),
        ("TOWEL", 1_999), ("PILLOW", 2_499), ("BLANKET", 4_499), ("CANDLE", 899),
        ("VASE", 2_999), ("CLOCK", 3_499), ("BOOK", 1_899), ("PEN", 499), ("SHIRT", 2_999),
        ("BOOTS", 9_999),
    ]

    private static func padded(_ number: Int, to digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: digits - text.count) + text
    }
}
