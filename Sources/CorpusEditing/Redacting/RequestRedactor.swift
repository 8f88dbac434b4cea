import OTLP

/// Redacts export requests, one after the other.
///
/// First all are shown to ``collect(_:)``, where values are sought everywhere; then each is
/// redacted.
struct RequestRedactor {
    /// Values nested deeper than this go: protobuf's own readers refuse messages nested deeper than
    /// 100, and each of these is two.
    static let maximumDepth = 50

    let rules: RedactionRules
    var keys: KeyDecisions
    private(set) var values: RedactedValues
    private var hash: ValueHash
    private let fields = TelemetryFields.shared
    var edits = PayloadEdits()
    /// Whether values are gathered rather than anything redacted.
    private(set) var isCollecting = false
    private var droppedBodies = 0
    private var hashedBodies = 0
    private var unknownFields = 0
    var deepValues = 0
    /// How many values of each key were found in each kind of text.
    private var elsewhere: [Int]

    private static let keyNumbers = RedactedValues.unnamedKey + 1
    private static let rows = Dictionary(
        uniqueKeysWithValues: TextField.allCases.enumerated().map { ($1, $0) }
    )

    init(_ rules: RedactionRules, _ secret: RedactionSecret) {
        self.rules = rules
        keys = KeyDecisions(rules)
        values = RedactedValues(harmless: HarmlessValues.words)
        hash = ValueHash(secret)
        elsewhere = [Int](repeating: 0, count: TextField.allCases.count * Self.keyNumbers)
    }

    /// Takes up the values of a request that are to be sought in all.
    /// - Throws: `WireError` where the payload is not well-formed.
    mutating func collect(_ request: ExportRequest) throws {
        isCollecting = true
        defer { isCollecting = false }
        _ = try walk(request)
    }

    /// The payload without what is to be redacted.
    /// - Throws: `WireError` where the payload is not well-formed.
    mutating func redact(_ request: ExportRequest) throws -> [UInt8] {
        let growth = try walk(request)
        return edits.isEmpty
            ? request.payload : edits.applied(to: request.payload, growth: growth)
    }

    private mutating func walk(_ request: ExportRequest) throws -> Int {
        edits.removeAll()
        return try request.payload.withUnsafeBytes { payload in
            guard let base = payload.baseAddress else { return 0 }
            return try message(fields.root(request.signal), 0..<payload.count, base)
        }
    }

    // MARK: Messages

    /// Redacts the fields of a message one by one; each says by how many bytes it grows.
    /// - Returns: by how many bytes the message grows.
    @inline(__always)
    private mutating func fields(
        in range: Range<Int>,
        _ base: UnsafeRawPointer,
        _ field: (inout RequestRedactor, WireCursor.Tag, inout WireCursor, Int) throws(WireError)
            -> Int
    ) throws(WireError) -> Int {
        var cursor = WireCursor(base: base, range: range)
        var growth = 0
        while true {
            let start = cursor.offset
            guard let tag = try cursor.nextTag() else { return growth }
            growth += try field(&self, tag, &cursor, start)
        }
    }

    /// Redacts the fields of a message that is a field itself.
    ///
    /// `field` gets the field's tag, the cursor past it, and where it begins.
    /// - Returns: by how many bytes the field grows, its length mended.
    @inline(__always)
    mutating func message(
        _ place: DelimitedField,
        _ base: UnsafeRawPointer,
        _ field: (inout RequestRedactor, WireCursor.Tag, inout WireCursor, Int) throws(WireError)
            -> Int
    ) throws(WireError) -> Int {
        let mark = edits.open(place)
        let growth = try fields(in: place.content, base, field)
        return edits.close(mark, place, growth: growth)
    }

    /// - Returns: by how many bytes the message grows.
    private mutating func message(
        _ row: UInt8,
        _ range: Range<Int>,
        _ base: UnsafeRawPointer
    ) throws(WireError) -> Int {
        try fields(in: range, base) { redactor, tag, cursor, start throws(WireError) in
            let field = redactor.fields[row, tag]
            switch field.form {
            case .number:
                try cursor.skip(tag)
                return 0
            case .unknown:
                return try redactor.skipUnknown(tag, &cursor, from: start)
            default:
                let place = try DelimitedField(&cursor, tagAt: start)
                return try redactor.redact(place, as: field, base)
            }
        }
    }

    private mutating func redact(
        _ place: DelimitedField,
        as field: TelemetryFields.Field,
        _ base: UnsafeRawPointer
    ) throws(WireError) -> Int {
        switch field.form {
        case .message:
            let mark = edits.open(place)
            let growth = try message(field.message, place.content, base)
            return edits.close(mark, place, growth: growth)
        case .attribute: return try attribute(place, base)
        case .body: return try body(place, base)
        case .text: return text(place, in: field.name, base)
        case .identifier:
            switch place.content.count {
            case 0, 8, 16: return 0
            default: return text(place, in: .identifier, base)
            }
        case .entityReference: return try entityReference(place, base)
        case .number, .unknown: return 0
        }
    }

    /// Passes a field that OTLP doesn't define, and drops it, since it might hold anything.
    mutating func skipUnknown(
        _ tag: WireCursor.Tag,
        _ cursor: inout WireCursor,
        from start: Int
    ) throws(WireError) -> Int {
        try cursor.skip(tag)
        guard !isCollecting else { return 0 }
        unknownFields += 1
        return edits.remove(start..<cursor.offset)
    }

    private mutating func body(
        _ place: DelimitedField,
        _ base: UnsafeRawPointer
    ) throws(WireError) -> Int {
        if !isCollecting {
            switch rules.bodies {
            case .keep: break
            case .drop:
                droppedBodies += 1
                return edits.remove(place.whole)
            case .hash:
                hashedBodies += 1
                return try hashValue(place, base)
            }
        }
        // What is an attribute inside of a body is sought elsewhere, whatever becomes of the body.
        return try value(place, .body, base)
    }

    /// `EntityRef` names attributes of the resource: those that go are no longer part of it.
    private mutating func entityReference(
        _ place: DelimitedField,
        _ base: UnsafeRawPointer
    ) throws(WireError) -> Int {
        guard !isCollecting else { return 0 }
        let mark = edits.count
        var (identifying, left) = (0, 0)
        let growth = try message(place, base) {
            redactor,
            tag,
            cursor,
            start throws(WireError) in
            guard (1...4).contains(tag.field), tag.type == WireCursor.lengthDelimitedType else {
                return try redactor.skipUnknown(tag, &cursor, from: start)
            }
            let text = try DelimitedField(&cursor, tagAt: start)
            guard tag.field >= 3 else { return redactor.text(text, in: .entityReference, base) }
            let decision = redactor.keys.decide(redactor.bytes(text.content, base), inside: nil)
            if tag.field == 3 { identifying += 1 }
            guard decision.treatment != .drop else { return redactor.edits.remove(text.whole) }
            if tag.field == 3 { left += 1 }
            return decision.isListed ? 0 : redactor.text(text, in: .entityReference, base)
        }
        guard identifying > 0, left == 0 else { return growth }
        edits.removeAll(from: mark)
        return edits.remove(place.whole)
    }

    // MARK: Values

    func bytes(_ range: Range<Int>, _ base: UnsafeRawPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }

    /// Redacts the values that occur in a text.
    mutating func text(
        _ place: DelimitedField,
        in field: TextField,
        _ base: UnsafeRawPointer
    ) -> Int {
        guard !isCollecting, !values.isEmpty else { return 0 }
        let text = bytes(place.content, base)
        guard var match = values.firstMatch(in: text, from: 0) else { return 0 }
        let mark = edits.open(place)
        var growth = 0
        while true {
            let first = place.content.lowerBound
            growth += edits.replace(
                first + match.range.lowerBound..<first + match.range.upperBound,
                with: replacement(of: match, in: text, field)
            )
            guard let next = values.firstMatch(in: text, from: match.range.upperBound) else {
                return edits.close(mark, place, growth: growth)
            }
            match = next
        }
    }

    /// A text without the values that occur in it.
    mutating func redacted(_ string: String, in field: TextField) -> String {
        let bytes = Array(string.utf8)
        let left = bytes.withUnsafeBytes { text in
            var left: [UInt8] = []
            var end = 0
            while let match = values.firstMatch(in: text, from: end) {
                left += text[end..<match.range.lowerBound]
                left += replacement(of: match, in: text, field)
                end = match.range.upperBound
            }
            return left + text[end...]
        }
        return String(decoding: left, as: UTF8.self)
    }

    private static let redacted = Array("[redacted]".utf8)

    /// What takes the place of a value that was found; counts it.
    mutating func replacement(
        of match: RedactedValues.Match,
        in text: UnsafeRawBufferPointer,
        _ field: TextField
    ) -> [UInt8] {
        elsewhere[(Self.rows[field] ?? 0) * Self.keyNumbers + match.key] += 1
        guard match.isHashed else { return Self.redacted }
        return hash.hash(of: UnsafeRawBufferPointer(rebasing: text[match.range]))
    }

    mutating func hash(of text: UnsafeRawBufferPointer) -> [UInt8] {
        hash.hash(of: text)
    }

    mutating func takeUp(_ value: UnsafeRawBufferPointer, _ decision: KeyDecisions.Decision) {
        values.insert(value, isHashed: decision.treatment == .hash, key: decision.number)
    }

    /// What was redacted so far.
    var counts: RedactionCounts {
        var found: [RedactionCounts.Occurrences] = []
        for (row, field) in TextField.allCases.enumerated() {
            for key in 0..<Self.keyNumbers where elsewhere[row * Self.keyNumbers + key] > 0 {
                let isNamed = key < min(keys.keys.count, RedactedValues.unnamedKey)
                found.append(
                    .init(
                        field: field,
                        key: isNamed ? keys.keys[key].key : RedactionCounts.otherKeys,
                        redacted: elsewhere[row * Self.keyNumbers + key]
                    )
                )
            }
        }
        return RedactionCounts(
            keys: keys.keys.filter { $0.dropped + $0.hashed > 0 }
                .sorted { ($0.dropped + $0.hashed, $1.key) > ($1.dropped + $1.hashed, $0.key) },
            droppedBodies: droppedBodies,
            hashedBodies: hashedBodies,
            elsewhere: found.sorted { ($0.redacted, $1.key) > ($1.redacted, $0.key) },
            unknownFields: unknownFields,
            deepValues: deepValues,
            unmatchedPatterns: keys.unmatched.map(\.description)
        )
    }
}
