import Foundation

/// The body of `POST /orders`, well-formed but not yet found acceptable.
struct OrderRequest: Decodable {
    let customerID: String
    let currency: String
    let paymentMethod: String
    let items: [OrderLine]

    private enum CodingKeys: String, CodingKey {
        case customerID = "customer_id"
        case currency
        case paymentMethod = "payment_method"
        case items
    }

    enum Limit {
        static let lines = 50
        static let quantity = 1_000
        static let textBytes = 64
        static let totalMinor: Int64 = 1_000_000_000_000
    }

    init(json: Data, decoder: JSONDecoder) throws {
        guard String(validating: json, as: UTF8.self) != nil else {
            throw OrderRequestError.malformedJSON
        }
        do {
            self = try decoder.decode(OrderRequest.self, from: json)
        } catch DecodingError.dataCorrupted where !Self.isWellFormed(json) {
            throw OrderRequestError.malformedJSON
        } catch let error as DecodingError {
            throw OrderRequestError.wrongShape(path: error.path, reason: error.reason)
        }
    }

    /// Whether `json` is JSON at all: the decoder says of a number out of range, too, that the
    /// data are corrupted.
    private static func isWellFormed(_ json: Data) -> Bool {
        (try? JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed)) != nil
    }

    /// The order, once every limit is found to be kept.
    func validated() throws(OrderRequestError) -> OrderDraft {
        try Self.checkText(customerID, "customer_id")
        guard let currency = Currency(rawValue: currency) else {
            throw .unknownValue(path: "currency", value: bounded(currency, Limit.textBytes))
        }
        guard let paymentMethod = PaymentMethod(rawValue: paymentMethod) else {
            throw .unknownValue(
                path: "payment_method",
                value: bounded(paymentMethod, Limit.textBytes)
            )
        }
        guard 1...Limit.lines ~= items.count else { throw .lineCount(items.count) }
        var total: Int64 = 0
        var units = 0
        for (index, line) in items.enumerated() {
            try Self.checkText(line.sku, "items[\(index)].sku")
            guard 1...Limit.quantity ~= line.quantity else {
                throw .quantity(line: index, found: line.quantity)
            }
            guard line.unitPriceMinor >= 0 else {
                throw .unitPrice(line: index, found: line.unitPriceMinor)
            }
            let (price, overflow) = line.unitPriceMinor.multipliedReportingOverflow(
                by: Int64(line.quantity)
            )
            // Both summands are at most the limit, so the sum can't overflow.
            guard !overflow, price <= Limit.totalMinor, total + price <= Limit.totalMinor else {
                throw .totalTooLarge
            }
            total += price
            units += line.quantity
        }
        return OrderDraft(
            customerID: customerID,
            currency: currency,
            paymentMethod: paymentMethod,
            lines: items,
            totalMinor: total,
            units: units
        )
    }

    private static func checkText(_ text: String, _ path: String) throws(OrderRequestError) {
        guard 1...Limit.textBytes ~= text.utf8.count else {
            throw .textLength(path: path, bytes: text.utf8.count)
        }
        guard text.utf8.allSatisfy({ 0x21...0x7e ~= $0 }) else { throw .textContent(path: path) }
    }
}

/// Why the body of `POST /orders` is no order.
enum OrderRequestError: Error, Equatable {
    case malformedJSON
    case wrongShape(path: String, reason: String)
    case textLength(path: String, bytes: Int)
    case textContent(path: String)
    case unknownValue(path: String, value: String)
    case lineCount(Int)
    case quantity(line: Int, found: Int)
    case unitPrice(line: Int, found: Int64)
    case totalTooLarge
}

extension OrderRequestError: CustomStringConvertible {
    var description: String {
        typealias Limit = OrderRequest.Limit
        return switch self {
        case .malformedJSON:
            "The body is not well-formed JSON."
        case .wrongShape(let path, let reason):
            "\(path.isEmpty ? "The body" : path) \(reason)."
        case .textLength(let path, let bytes):
            "\(path) takes 1 to \(Limit.textBytes) bytes, not \(bytes)."
        case .textContent(let path):
            "\(path) takes printable ASCII without spaces."
        case .unknownValue(let path, let value):
            "\(path) “\(value)” is not supported."
        case .lineCount(let count):
            "items takes 1 to \(Limit.lines) lines, not \(count)."
        case .quantity(let line, let found):
            "items[\(line)].quantity is from 1 to \(Limit.quantity), not \(found)."
        case .unitPrice(let line, let found):
            "items[\(line)].unit_price_minor is not below 0, as \(found) is."
        case .totalTooLarge:
            "The total exceeds \(Limit.totalMinor) minor units."
        }
    }
}

extension DecodingError {
    fileprivate var path: String {
        var path = codingPath.map(\.intValue).enumerated().reduce(into: "") { path, part in
            if let index = part.element {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + codingPath[part.offset].stringValue
            }
        }
        if case .keyNotFound(let key, _) = self {
            path += (path.isEmpty ? "" : ".") + key.stringValue
        }
        return path
    }

    private var codingPath: [any CodingKey] {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .keyNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath
        @unknown default: []
        }
    }

    fileprivate var reason: String {
        switch self {
        case .keyNotFound: "is missing"
        case .valueNotFound: "must not be null"
        case .typeMismatch: "has the wrong type"
        default: "is no whole number in range"
        }
    }
}
