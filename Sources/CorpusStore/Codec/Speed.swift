/// How much faster than recorded a replay runs, as an exact fraction above zero.
public struct Speed: Hashable, Sendable {
    /// The recording's own speed.
    public static let recorded = Speed(uncheckedNumerator: 1, denominator: 1)

    /// The fraction's upper part, at least 1.
    public let numerator: UInt32
    /// The fraction's lower part, at least 1.
    public let denominator: UInt32

    /// The fraction, or nil where one of its parts is 0.
    public init?(numerator: UInt32, denominator: UInt32) {
        guard numerator > 0, denominator > 0 else { return nil }
        self.init(uncheckedNumerator: numerator, denominator: denominator)
    }

    private init(uncheckedNumerator numerator: UInt32, denominator: UInt32) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// A time in nanoseconds divided by the speed, rounded down.
    func divide(_ nanoseconds: Int128) -> Int128 {
        let (quotient, remainder) = (nanoseconds * Int128(denominator))
            .quotientAndRemainder(dividingBy: Int128(numerator))
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// A span of recorded time as it passes in the replay, in nanoseconds, rounded down; nil past
    /// 292 years.
    public func scaled(nanoseconds: Int64) -> Int64? {
        Int64(exactly: divide(Int128(nanoseconds)))
    }
}

extension Speed: CustomStringConvertible {
    /// The speed as the command line takes it: `10x`, `0.5x`.
    public var description: String {
        denominator == 1 ? "\(numerator)x" : "\(Double(numerator) / Double(denominator))x"
    }
}
