import Foundation

/// Quantities as people read them: a number, a space, a unit.
public enum Quantity {
    /// A size in bytes, in units of 10^3: `850 B`, `7.2 MB`, `21.6 GB`.
    public static func bytes(_ count: some BinaryInteger) -> String {
        bytes(Double(count))
    }

    /// Bytes a second, in units of 10^3: `12.3 MB/s`.
    public static func byteRate(_ bytesPerSecond: Double) -> String {
        bytes(bytesPerSecond) + "/s"
    }

    /// A whole number with its thousands set apart: `1,800`.
    public static func count(_ value: some BinaryInteger) -> String {
        let digits = String(value.magnitude)
        var grouped = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return grouped
    }

    /// How many things, named in the singular: `1 request`, `1,800 requests`.
    public static func count(_ value: some BinaryInteger, of thing: String) -> String {
        "\(count(value)) \(thing)\(value == 1 ? "" : "s")"
    }

    /// How many things a second: `100 requests/s`, `1,234 items/s`, `9.5 requests/s`.
    public static func rate(_ perSecond: Double, of things: String) -> String {
        number(perSecond) + " \(things)/s"
    }

    /// A share of one, in per cent, such as `12.3 %`; only nothing is `0 %`, only all is `100 %`.
    public static func percentage(_ share: Double) -> String {
        guard share.isFinite else { return unknown }
        switch share {
        case 0: return "0 %"
        case 0..<0.0005: return "<0.1 %"
        case 0.9995..<1: return ">99.9 %"
        default: return withoutZeroFraction(fixed(share * 100, decimals: 1)) + " %"
        }
    }

    /// A time to three digits: `73.1 µs`, `850 ms`, `6.02 s`; from a minute on as
    /// ``wholeSeconds(_:)``.
    public static func duration(_ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        let magnitude = abs(seconds)
        if magnitude >= 59.95 { return wholeSeconds(duration) }
        for (unit, size) in [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)]
        where magnitude >= size * 0.9995 {
            return threeDigits(seconds / size) + " \(unit)"
        }
        return magnitude == 0 ? "0 s" : fixed(seconds * 1e9, decimals: 0) + " ns"
    }

    /// A time to the second, as for time left: `42 s`, `3 m 05 s`, `1 h 02 m`, `3 d 04 h`.
    public static func wholeSeconds(_ duration: Duration) -> String {
        let (components, attoseconds) = duration.components
        let isRoundedUp = attoseconds >= 500_000_000_000_000_000
        let seconds = isRoundedUp ? components.addingReportingOverflow(1).partialValue : components
        let sign = seconds < 0 ? "-" : ""
        let magnitude = seconds.magnitude
        switch magnitude {
        case ..<60: return "\(sign)\(magnitude) s"
        case ..<3_600: return "\(sign)\(magnitude / 60) m \(twoDigits(magnitude % 60)) s"
        case ..<86_400: return "\(sign)\(magnitude / 3_600) h \(twoDigits(magnitude / 60 % 60)) m"
        default: return "\(sign)\(magnitude / 86_400) d \(twoDigits(magnitude / 3_600 % 24)) h"
        }
    }

    /// A time given in milliseconds, as latencies are reported; see ``duration(_:)``.
    public static func milliseconds(_ milliseconds: Double) -> String {
        guard milliseconds.isFinite, abs(milliseconds) < 1e12 else { return unknown }
        return duration(.nanoseconds(Int64((milliseconds * 1e6).rounded())))
    }

    private static let unknown = "–"

    private static func bytes(_ count: Double) -> String {
        guard count.isFinite else { return unknown }
        var value = count
        var unit = "B"
        for larger in ["kB", "MB", "GB", "TB", "PB"] where abs(value) >= 999.5 {
            value /= 1_000
            unit = larger
        }
        let decimals = unit == "B" || abs(value) >= 99.95 ? 0 : 1
        return fixed(value, decimals: decimals) + " \(unit)"
    }

    private static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return unknown }
        return abs(value) >= 99.95
            ? count(Int64(value.rounded())) : withoutZeroFraction(fixed(value, decimals: 1))
    }

    private static func threeDigits(_ value: Double) -> String {
        let magnitude = abs(value)
        return fixed(value, decimals: magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2)
    }

    private static func fixed(_ value: Double, decimals: Int) -> String {
        String(format: "%.\(decimals)f", value)
    }

    private static func twoDigits(_ value: UInt64) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }

    private static func withoutZeroFraction(_ number: String) -> String {
        number.hasSuffix(".0") ? String(number.dropLast(2)) : number
    }
}
