/// A number of bytes as it is typed on a command line: `64MiB`, `100MB`, `1GiB`, `4096B`.
///
/// For ArgumentParser: `@Option(transform: { try SizeArgument(parsing: $0) })`.
public struct SizeArgument: Sendable, Equatable {
    /// The largest size taken: 1 TiB.
    public static let largest = 1 << 40

    /// The number of bytes that was typed, at least 1.
    public let bytes: Int

    /// Wraps a default value, which is not checked.
    public init(_ bytes: Int) {
        self.bytes = bytes
    }

    /// Reads a whole number followed by `B`, `kB`, `MB`, `GB`, `KiB`, `MiB` or `GiB`.
    /// - Throws: ``SizeArgumentError`` for anything else, for zero, and for sizes past ``largest``.
    public init(parsing text: String) throws(SizeArgumentError) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard let number = Int(digits), let unit = Self.units[String(text.dropFirst(digits.count))]
        else { throw .malformed(text) }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow, bytes <= Self.largest else { throw .tooLarge(text) }
        guard bytes > 0 else { throw .zero(text) }
        self.bytes = bytes
    }

    private static let units = [
        "B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000,
        "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
    ]
}

extension SizeArgument: CustomStringConvertible {
    /// The size as one would type it: `64MiB`.
    public var description: String {
        for (name, unit) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes % unit == 0 { return "\(bytes / unit)\(name)" }
        return "\(bytes)B"
    }
}

/// Why a text is not a ``SizeArgument``.
public enum SizeArgumentError: Error, Equatable {
    /// Not a whole number with a unit.
    case malformed(String)
    /// No bytes at all.
    case zero(String)
    /// More than ``SizeArgument/largest``.
    case tooLarge(String)
}

extension SizeArgumentError: CustomStringConvertible {
    /// One line that says what was found and what is expected.
    public var description: String {
        switch self {
        case .malformed(let text): "\(text) is not a size: write 64MiB, 100MB or 4096B"
        case .zero(let text): "\(text) is no size at all: write one above zero, such as 64MiB"
        case .tooLarge(let text): "\(text) is too large: the largest size is 1024GiB"
        }
    }
}
