import Foundation

/// The secret that clients must name in `Authorization: Bearer …` (RFC 6750).
///
/// Printing one shows nothing of it.
public struct BearerToken: Sendable, CustomStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    /// A token of the given text.
    /// - Throws: ``OTLPTransportError/unusableToken`` when it is empty or has other characters than
    ///   printable ASCII without spaces, which no header could carry.
    public init(_ text: String) throws(OTLPTransportError) {
        bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .unusableToken
        }
    }

    /// The token that a program is given: as text, in a file, or else in its environment as
    /// ``environmentName``; nil where it is given none.
    /// - Throws: ``OTLPTransportError/unusableToken``; an error that names the file where it can't be
    ///   read.
    public static func given(
        text: String?,
        file: String?,
        environment: [String: String]
    ) throws -> BearerToken? {
        if let text { return try BearerToken(text) }
        if let file {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            return try BearerToken(text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return try environment[environmentName].map { try BearerToken($0) }
    }

    /// The environment variable that programs read a token from.
    public static let environmentName = "PLAYBACK_TOKEN"

    /// Nothing of the token.
    public var description: String { "BearerToken(…)" }

    /// Nothing of the token.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Whether an `Authorization` header names the token.
    ///
    /// How long that takes depends on the header's length alone, not on where it differs.
    func admits(_ authorization: some StringProtocol) -> Bool {
        let scheme = "bearer "
        guard authorization.prefix(scheme.count).lowercased() == scheme else { return false }
        let given = Array(authorization.dropFirst(scheme.count).utf8)
        var difference = UInt8(given.count == bytes.count ? 0 : 1)
        for place in given.indices {
            difference |= given[place] ^ bytes[place % bytes.count]
        }
        return difference == 0
    }
}
