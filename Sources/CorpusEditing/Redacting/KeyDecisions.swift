import CorpusStore

/// Decides by its key what becomes of an attribute, and counts what became of it.
struct KeyDecisions {
    struct Decision {
        let treatment: RedactionRules.Treatment
        /// Whether the key is on the list of those that stay.
        let isListed: Bool
        /// Where it is counted.
        let number: Int
    }

    /// Past so many keys, those that come are counted together.
    private static let namedKeys = 4_096

    private let rules: RedactionRules
    private var decided = NameCache()
    private var matched: Set<KeyPattern> = []
    private var numbers: [String: Int] = [:]
    private(set) var keys: [RedactionCounts.Key] = []

    init(_ rules: RedactionRules) {
        self.rules = rules
    }

    /// Decides of an attribute, which may be inside of another one's value or of a body (nil for
    /// neither): that one's path, empty for a body.
    mutating func decide(_ key: UnsafeRawBufferPointer, inside path: [UInt8]?) -> Decision {
        guard let path, !path.isEmpty else {
            return decide(
                path: key,
                key: key,
                in: .init(table: path == nil ? 0 : 1)
            )
        }
        return Self.joined(path, key).withUnsafeBytes { whole in
            decide(path: whole, key: key, in: .init(table: 2, split: Int32(key.count)))
        }
    }

    /// The path of an attribute.
    static func joined(_ path: [UInt8]?, _ key: UnsafeRawBufferPointer) -> [UInt8] {
        guard let path, !path.isEmpty else { return Array(key) }
        return path + [UInt8(ascii: ".")] + key
    }

    private mutating func decide(
        path: UnsafeRawBufferPointer,
        key: UnsafeRawBufferPointer,
        in scope: NameCache.Scope
    ) -> Decision {
        if let known = decided.row(of: path, in: scope) {
            return Decision(
                treatment: .init(rawValue: known & 3) ?? .drop,
                isListed: known & 4 != 0,
                number: Int(known >> 3)
            )
        }
        let isDropped = matches(rules.dropped, path, key)
        let isHashed = matches(rules.hashed, path, key)
        let isOutermost = scope == .init(table: 0)
        let isListed = isOutermost && rules.kept.map { matches($0, path, key) } ?? false
        let isUnlisted = isOutermost && rules.kept != nil && !isListed
        let treatment: RedactionRules.Treatment =
            isDropped ? .drop : isHashed ? .hash : isUnlisted ? .drop : .keep
        let number = treatment == .keep ? 0 : number(of: path)
        decided.remember(
            path,
            in: scope,
            row: Int64(number) << 3 | (isListed ? 4 : 0) | treatment.rawValue
        )
        return Decision(treatment: treatment, isListed: isListed, number: number)
    }

    private mutating func matches(
        _ patterns: [KeyPattern],
        _ path: UnsafeRawBufferPointer,
        _ key: UnsafeRawBufferPointer
    ) -> Bool {
        let matching = patterns.filter { $0.matches(key) || $0.matches(path) }
        matched.formUnion(matching)
        return !matching.isEmpty
    }

    private mutating func number(of path: UnsafeRawBufferPointer) -> Int {
        let isNamed = keys.count < Self.namedKeys
        let name = isNamed ? String(decoding: path, as: UTF8.self) : RedactionCounts.otherKeys
        if let known = numbers[String(decoding: path, as: UTF8.self)] ?? numbers[name] {
            return known
        }
        numbers[name] = keys.count
        keys.append(.init(key: name))
        return keys.count - 1
    }

    mutating func count(_ decision: Decision) {
        if decision.treatment == .drop {
            keys[decision.number].dropped += 1
        } else {
            keys[decision.number].hashed += 1
        }
    }

    /// The patterns to drop or hash that no key matched, in their order.
    var unmatched: [KeyPattern] {
        (rules.dropped + rules.hashed).filter { !matched.contains($0) }
    }
}

extension RedactionCounts {
    /// What stands for the keys that have no name in the counts.
    static let otherKeys = "(other keys)"
}
