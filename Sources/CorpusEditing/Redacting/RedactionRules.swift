/// What is to be redacted in a corpus.
///
/// `dropped` goes before `hashed`, and both before `kept`. An attribute in the value of another one,
/// or in a log record's body, goes by its own key and by its path (`customer.address.city`) alike;
/// `kept` speaks only of those that are in no other.
public struct RedactionRules: Sendable {
    /// What becomes of a value.
    public enum Treatment: Int64, Sendable {
        /// It stays.
        case keep = 0
        /// It goes, with its key.
        case drop = 1
        /// A hash takes its place.
        case hash = 2
    }

    /// The keys of the attributes that go.
    public var dropped: [KeyPattern] = []
    /// The keys of the attributes whose values are hashed.
    public var hashed: [KeyPattern] = []
    /// The keys beside which no attribute stays; nil for no such list.
    public var kept: [KeyPattern]?
    /// What becomes of log records' bodies.
    public var bodies = Treatment.keep
    /// Whether the values that go or are hashed are redacted wherever else they occur.
    public var isSoughtElsewhere = true

    /// Rules that redact nothing.
    public init() {}

    /// Whether some attributes are to be redacted.
    var hasKeys: Bool { !dropped.isEmpty || !hashed.isEmpty || kept != nil }

    /// The patterns in a file, one a line; what follows a `#` at a line's beginning or after a space
    /// is a comment.
    /// - Throws: ``EditingError``.
    public static func keys(listedIn path: String) throws -> [KeyPattern] {
        let bytes = try InputFile.contents(of: path, limit: 1 << 20)
        let lines = String(decoding: bytes, as: UTF8.self)
            .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        var patterns: [KeyPattern] = []
        for (index, line) in lines.enumerated() {
            let end = line.firstRange(of: /(^|\s)#/)?.lowerBound ?? line.endIndex
            let words = line[..<end].split(whereSeparator: \.isWhitespace)
            guard !words.isEmpty else { continue }
            do throws(EditingError) {
                patterns.append(try KeyPattern(parsing: words.joined(separator: " ")))
            } catch {
                throw EditingError.badMessage(
                    path: path,
                    place: .line(index + 1),
                    reason: error.description
                )
            }
        }
        guard !patterns.isEmpty else {
            throw EditingError.cannotRead(path: path, reason: "it lists no key")
        }
        return patterns
    }
}

extension RedactionRules {
    private static let shownKeys = 20

    /// What the corpus says of its redaction.
    func note(_ secret: RedactionSecret) -> String {
        func listed(_ keys: [KeyPattern]) -> String {
            keys.prefix(Self.shownKeys).map(\.description).joined(separator: " ")
                + (keys.count > Self.shownKeys ? " and \(keys.count - Self.shownKeys) more" : "")
        }
        var parts: [String] = []
        if !dropped.isEmpty { parts.append("dropped \(listed(dropped))") }
        if !hashed.isEmpty { parts.append("hashed \(listed(hashed))") }
        if let kept { parts.append("kept no keys but \(listed(kept))") }
        switch bodies {
        case .keep: break
        case .drop: parts.append("dropped bodies")
        case .hash: parts.append("hashed bodies")
        }
        if !hashed.isEmpty || bodies == .hash {
            parts.append("HMAC-SHA256 with a \(secret.isGenerated ? "generated" : "given") secret")
        }
        if !isSoughtElsewhere { parts.append("values elsewhere kept") }
        return parts.joined(separator: "; ")
    }
}
