/// One line of an order.
struct OrderLine: Codable, Equatable {
    let sku: String
    let quantity: Int
    let unitPriceMinor: Int64

    enum CodingKeys: String, CodingKey {
        case sku, quantity
        case unitPriceMinor = "unit_price_minor"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        sku = try container.decode(String.self, forKey: .sku)
        quantity = try container.decodeInteger(forKey: .quantity)
        unitPriceMinor = try container.decodeInteger(forKey: .unitPriceMinor)
    }
}

extension KeyedDecodingContainer {
    /// Decodes an integer; unlike `decode`, says where a number stands that doesn't fit.
    fileprivate func decodeInteger<Integer: FixedWidthInteger & Decodable>(
        forKey key: Key
    ) throws -> Integer {
        do {
            return try decode(Integer.self, forKey: key)
        } catch let error as DecodingError {
            throw error
        } catch {
            throw DecodingError.dataCorruptedError(
                forKey: key,
                in: self,
                debugDescription: "not a whole number in range"
            )
        }
    }
}

/// How an order ended.
enum OrderStatus: String, Codable, CaseIterable {
    case confirmed
    case outOfStock = "out_of_stock"
    case paymentDeclined = "payment_declined"
    case paymentTimeout = "payment_timeout"
}

/// An acceptable order, before anything is done about it.
struct OrderDraft: Equatable {
    let customerID: String
    let currency: Currency
    let paymentMethod: PaymentMethod
    let lines: [OrderLine]
    let totalMinor: Int64
    let units: Int

    var total: String { currency.format(totalMinor) }
}

/// An order as it is kept and shown.
struct Order: Encodable {
    let id: String
    let status: OrderStatus
    let createdAt: String
    let draft: OrderDraft

    private enum CodingKeys: String, CodingKey {
        case id, status, currency, items
        case createdAt = "created_at"
        case customerID = "customer_id"
        case paymentMethod = "payment_method"
        case totalMinor = "total_minor"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(status, forKey: .status)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(draft.customerID, forKey: .customerID)
        try container.encode(draft.currency, forKey: .currency)
        try container.encode(draft.paymentMethod, forKey: .paymentMethod)
        try container.encode(draft.lines, forKey: .items)
        try container.encode(draft.totalMinor, forKey: .totalMinor)
    }
}
