/// A duration as it is typed on a command line: `60s`, `5m`, `1h`, `250ms`, `1m30s`, `1.5s`.
///
/// For ArgumentParser: `@Option(transform: { try DurationArgument(parsing: $0) })`.
public struct DurationArgument: Sendable, Equatable {
    /// The longest duration taken: 365 days.
    public static let longest = Duration.seconds(365 * 86_400)

    /// The duration that was typed.
    public let duration: Duration

    /// Wraps a default value, which is not checked.
    public init(_ duration: Duration) {
        self.duration = duration
    }

    /// Reads numbers followed by `h`, `m`, `s`, `ms` or `us`, the larger units first.
    ///
    /// - Throws: ``DurationArgumentError`` for anything else, for durations past ``longest``, and
    ///   for zero, unless it is allowed.
    public init(
        parsing text: String,
        allowingZero: Bool = false
    ) throws(DurationArgumentError) {
        guard !text.isEmpty else { throw .empty }
        guard !text.hasPrefix("-") else { throw .negative(text) }
        var total = 0.0
        var rest = Substring(text)
        var lastUnit = Unit.allCases.count
        while !rest.isEmpty {
            let digits = rest.prefix { $0 == "." || ("0"..."9").contains($0) }
            rest = rest.dropFirst(digits.count)
            guard digits.first != ".", digits.last != ".", let number = Double(digits) else {
                throw .malformed(text)
            }
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard !name.isEmpty else { throw .noUnit(number: String(digits)) }
            guard let unit = Unit(rawValue: String(name)) else {
                throw .unknownUnit(String(name), in: text)
            }
            guard let rank = Unit.allCases.firstIndex(of: unit), rank < lastUnit else {
                throw .malformed(text)
            }
            lastUnit = rank
            total += number * unit.nanoseconds
        }
        guard total <= Double(Self.longest.components.seconds) * 1e9 else { throw .tooLong(text) }
        duration = .nanoseconds(Int64(total.rounded()))
        guard allowingZero || duration > .zero else { throw .zero(text) }
    }

    /// Reads a duration or no time at all, in nanoseconds; nil for what is neither.
    public static func nanoseconds(parsing text: String) -> Int64? {
        let parts = (try? DurationArgument(parsing: text, allowingZero: true))?.duration.components
        return parts.map { $0.seconds * 1_000_000_000 + $0.attoseconds / 1_000_000_000 }
    }

    /// Smallest first, so that units must come in falling order.
    private enum Unit: String, CaseIterable {
        case microseconds = "us"
        case milliseconds = "ms"
        case seconds = "s"
        case minutes = "m"
        case hours = "h"

        var nanoseconds: Double {
            switch self {
            case .microseconds: 1e3
            case .milliseconds: 1e6
            case .seconds: 1e9
            case .minutes: 60e9
            case .hours: 3_600e9
            }
        }
    }
}

extension DurationArgument: CustomStringConvertible {
    /// The duration as one would type it, to the microsecond: `1m30s`.
    public var description: String {
        let (seconds, attoseconds) = duration.components
        let microseconds = attoseconds / 1_000_000_000_000
        let parts = [
            (seconds / 3_600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"),
            (microseconds / 1_000, "ms"), (microseconds % 1_000, "us"),
        ]
        let written = parts.filter { $0.0 != 0 }.map { "\($0.0)\($0.1)" }
        return written.isEmpty ? "0s" : written.joined()
    }
}

/// Why a text is not a ``DurationArgument``.
public enum DurationArgumentError: Error, Equatable {
    /// No text at all.
    case empty
    /// A number that doesn't say of what.
    case noUnit(number: String)
    /// Letters that are no unit of time.
    case unknownUnit(String, in: String)
    /// A duration below zero.
    case negative(String)
    /// A duration of nothing where there must be some.
    case zero(String)
    /// A duration past ``DurationArgument/longest``.
    case tooLong(String)
    /// Not numbers with units, or the units are not in falling order.
    case malformed(String)
}

extension DurationArgumentError: CustomStringConvertible {
    /// One line that says what was found and what is expected.
    public var description: String {
        switch self {
        case .empty: "a duration is missing: write 60s, 5m or 250ms"
        case .noUnit(let number): "\(number) has no unit: write \(number)s, 5m or 250ms"
        case .unknownUnit(let unit, let text):
            "\(text) has the unknown unit \(unit): use h, m, s, ms or us, as in 1m30s"
        case .negative(let text): "\(text) is negative: write a duration above zero, such as 60s"
        case .zero(let text): "\(text) is no time at all: write a duration above zero, such as 60s"
        case .tooLong(let text): "\(text) is too long: the longest duration is 8760h"
        case .malformed(let text): "\(text) is not a duration: write 60s, 5m, 1h or 1m30s"
        }
    }
}
