/// A `tracestate` header: what tracing systems along the way have added, passed on unchanged
/// (W3C Trace Context, section 3.3).
public struct TraceState: Equatable, Sendable {
    /// The header's value, without empty members and optional whitespace.
    public let header: String

    /// Reads a header; `nil` when a member is malformed, a key stands twice, there are more than 32
    /// members, or none.
    public init?(_ header: String) {
        var members: [Substring] = []
        var keys: Set<Substring> = []
        for entry in header.split(separator: ",") {
            let member = entry.trimmingOptionalWhitespace()
            guard !member.isEmpty else { continue }
            guard let equals = member.firstIndex(of: "="),
                Self.isKey(member[..<equals].utf8),
                Self.isValue(member[member.index(after: equals)...].utf8),
                keys.insert(member[..<equals]).inserted,
                members.count < 32
            else { return nil }
            members.append(member)
        }
        guard !members.isEmpty else { return nil }
        self.header = members.joined(separator: ",")
    }

    /// Section 3.3.2.2.1: a lowercase letter or digit, then up to 255 of a small set; a tenant may
    /// stand before an `@`.
    private static func isKey(_ key: Substring.UTF8View) -> Bool {
        guard let first = key.first, key.count <= 256, isLowercaseOrDigit(first) else {
            return false
        }
        return key.dropFirst().allSatisfy { isLowercaseOrDigit($0) || "_-*/@".utf8.contains($0) }
    }

    private static func isLowercaseOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Section 3.3.2.2.2: printable ASCII without `,` and `=`, up to 256 characters.
    private static func isValue(_ value: Substring.UTF8View) -> Bool {
        !value.isEmpty && value.count <= 256
            && value.allSatisfy {
                (0x20...0x7e).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=")
            }
    }
}

extension Substring {
    fileprivate func trimmingOptionalWhitespace() -> Substring {
        var trimmed = drop { $0 == " " || $0 == "\t" }
        while let last = trimmed.last, last == " " || last == "\t" {
            trimmed.removeLast()
        }
        return trimmed
    }
}
