/// The key of an attribute, or a pattern of keys: `*` stands for any characters, dots included, or
/// for none.
public struct KeyPattern: Hashable, Sendable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    /// What stands before, between and after its asterisks.
    private let parts: [[UInt8]]

    /// A pattern as people write it.
    /// - Throws: ``EditingError/invalidKeyPattern(_:)`` for an empty one, and one with white space,
    ///   which no key has.
    public init(parsing text: String) throws(EditingError) {
        let isKey = text.unicodeScalars.allSatisfy { scalar in
            !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
        }
        guard isKey, !text.isEmpty else { throw .invalidKeyPattern(text) }
        description = text
        parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
            .map(Array.init)
    }

    func matches(_ key: some Collection<UInt8>) -> Bool {
        guard let first = parts.first, let last = parts.last, parts.count > 1 else {
            return parts.first.map { key.elementsEqual($0) } ?? false
        }
        guard key.count >= first.count + last.count, key.starts(with: first) else { return false }
        var rest = Array(key)[first.count...]
        guard rest.suffix(last.count).elementsEqual(last) else { return false }
        rest = rest.dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let place = rest.firstRange(of: part) else { return false }
            rest = rest[place.upperBound...]
        }
        return true
    }
}
