/// A currency that orders can be placed in (ISO 4217).
enum Currency: String, Codable, CaseIterable {
    case chf = "CHF"
    case czk = "CZK"
    case dkk = "DKK"
    case eur = "EUR"
    case gbp = "GBP"
    case jpy = "JPY"
    case nok = "NOK"
    case pln = "PLN"
    case sek = "SEK"
    case usd = "USD"

    /// How many minor units make a major one.
    var minorUnits: Int64 {
        self == .jpy ? 1 : 100
    }

    /// An amount of minor units as people write it, such as `1299.05`.
    func format(_ minor: Int64) -> String {
        guard minorUnits > 1 else { return "\(minor)" }
        let fraction = minor % minorUnits
        return "\(minor / minorUnits).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

/// How an order is paid.
enum PaymentMethod: String, Codable, CaseIterable {
    case bankTransfer = "bank_transfer"
    case card
    case giftCard = "gift_card"
    case invoice
    case wallet
}
