public import CorpusStore

/// How fast a replay runs, as `--speed` takes it.
public enum PlaybackSpeed: Hashable, Sendable {
    /// On a schedule, that many times as fast as recorded.
    case scaled(Speed)
    /// As fast as the backend takes it, without a schedule.
    case maximum

    /// Reads `10x`, `0.5x`, `10` or `max`.
    /// - Throws: ``PlaybackError/invalidSpeed(_:)`` for anything else, and outside
    ///   0.000001x…1000000x.
    public init(parsing text: String) throws(PlaybackError) {
        guard text != "max" else {
            self = .maximum
            return
        }
        let number = text.hasSuffix("x") ? text.dropLast() : text[...]
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard (1...2).contains(parts.count), let whole = Self.digits(parts[0]),
            let part = Self.digits(fraction), fraction.count <= 6, whole <= 1_000_000
        else { throw .invalidSpeed(text) }
        let scale = (0..<fraction.count).reduce(UInt64(1)) { product, _ in product * 10 }
        let numerator = whole * scale + part
        guard numerator > 0, numerator <= 1_000_000 * scale else { throw .invalidSpeed(text) }
        let divisor = Self.greatestCommonDivisor(numerator, scale)
        guard let upper = UInt32(exactly: numerator / divisor),
            let lower = UInt32(exactly: scale / divisor),
            let speed = Speed(numerator: upper, denominator: lower)
        else { throw .invalidSpeed(text) }
        self = .scaled(speed)
    }

    private static func digits(_ text: Substring) -> UInt64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return UInt64(text)
    }

    private static func greatestCommonDivisor(_ first: UInt64, _ second: UInt64) -> UInt64 {
        second == 0 ? first : greatestCommonDivisor(second, first % second)
    }
}

extension PlaybackSpeed: CustomStringConvertible {
    /// The speed as the command line takes it.
    public var description: String {
        switch self {
        case .scaled(let speed): speed.description
        case .maximum: "max"
        }
    }
}
