import OTLP

/// Where a value stands.
struct ValueContext {
    let field: TextField
    /// The path of the attribute around its own; nil for none, empty for a body.
    let outerPath: [UInt8]?
    /// The key of the attribute whose value it is; empty in a body that is no list of attributes.
    let key: Range<Int>
    /// In how many values it is.
    let depth: Int

    static let body = ValueContext(field: .body, outerPath: [], key: 0..<0, depth: 0)
}

/// What an attribute is in, if it is in another one's value or in a body.
struct AttributeContext {
    let field: TextField
    /// The path of that attribute; empty for a body.
    let path: [UInt8]
    /// In how many values it is.
    let depth: Int
}

/// Attributes, and what they hold.
extension RequestRedactor {
    /// Redacts a `KeyValue`.
    mutating func attribute(
        _ place: DelimitedField,
        inside outer: AttributeContext? = nil,
        _ base: UnsafeRawPointer
    ) throws(WireError) -> Int {
        let key = try self.key(of: place.content, base)
        let decision = keys.decide(bytes(key, base), inside: outer?.path)
        if !isCollecting, decision.treatment != .keep { keys.count(decision) }
        if !isCollecting, decision.treatment == .drop { return edits.remove(place.whole) }
        return try message(place, base) { redactor, tag, cursor, start throws(WireError) in
            guard tag.field <= 2, tag.type == WireCursor.lengthDelimitedType else {
                return try redactor.skipUnknown(tag, &cursor, from: start)
            }
            let part = try DelimitedField(&cursor, tagAt: start)
            if tag.field == 1 {
                return decision.isListed ? 0 : redactor.text(part, in: .attributeKey, base)
            }
            if decision.treatment == .keep {
                let context = ValueContext(
                    field: outer?.field ?? .attributeValue,
                    outerPath: outer?.path,
                    key: key,
                    depth: outer?.depth ?? 0
                )
                return try redactor.value(part, context, base)
            }
            guard redactor.isCollecting else { return try redactor.hashValue(part, base) }
            let depth = outer?.depth ?? 0
            try redactor.takeUp(valueIn: part.content, decision, depth: depth, base)
            return 0
        }
    }

    /// The key of a `KeyValue`: of several, protobuf has it that the last one counts.
    private func key(
        of range: Range<Int>,
        _ base: UnsafeRawPointer
    ) throws(WireError) -> Range<Int> {
        var key = range.lowerBound..<range.lowerBound
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            if tag.field == 1, tag.type == WireCursor.lengthDelimitedType {
                key = try cursor.lengthDelimited()
            } else {
                try cursor.skip(tag)
            }
        }
        return key
    }

    /// Redacts an `AnyValue` that stays.
    mutating func value(
        _ place: DelimitedField,
        _ context: ValueContext,
        _ base: UnsafeRawPointer
    ) throws(WireError) -> Int {
        try message(place, base) { redactor, tag, cursor, start throws(WireError) in
            switch (tag.field, tag.type) {
            case (1, WireCursor.lengthDelimitedType), (7, WireCursor.lengthDelimitedType):
                let part = try DelimitedField(&cursor, tagAt: start)
                return redactor.text(part, in: context.field, base)
            case (2, WireCursor.varintType), (4, WireCursor.fixed64Type):
                try cursor.skip(tag)
                return 0
            case (3, WireCursor.varintType):
                let integer = Int64(bitPattern: try cursor.varint())
                return redactor.integer(integer, start..<cursor.offset, in: context.field)
            case (5, WireCursor.lengthDelimitedType), (6, WireCursor.lengthDelimitedType):
                let part = try DelimitedField(&cursor, tagAt: start)
                return try redactor.list(part, ofAttributes: tag.field == 6, context, base)
            default:
                return try redactor.skipUnknown(tag, &cursor, from: start)
            }
        }
    }

    /// Redacts an `ArrayValue` or a `KeyValueList`.
    private mutating func list(
        _ place: DelimitedField,
        ofAttributes: Bool,
        _ context: ValueContext,
        _ base: UnsafeRawPointer
    ) throws(WireError) -> Int {
        guard context.depth < Self.maximumDepth else { return dropDeep(place) }
        let element = ValueContext(
            field: context.field,
            outerPath: context.outerPath,
            key: context.key,
            depth: context.depth + 1
        )
        let attributes = AttributeContext(
            field: context.field,
            path: ofAttributes
                ? KeyDecisions.joined(context.outerPath, bytes(context.key, base)) : [],
            depth: context.depth + 1
        )
        return try message(place, base) { redactor, tag, cursor, start throws(WireError) in
            guard tag.field == 1, tag.type == WireCursor.lengthDelimitedType else {
                return try redactor.skipUnknown(tag, &cursor, from: start)
            }
            let part = try DelimitedField(&cursor, tagAt: start)
            return ofAttributes
                ? try redactor.attribute(part, inside: attributes, base)
                : try redactor.value(part, element, base)
        }
    }

    private mutating func dropDeep(_ place: DelimitedField) -> Int {
        guard !isCollecting else { return 0 }
        deepValues += 1
        return edits.remove(place.whole)
    }

    // MARK: Numbers

    /// Smaller numbers stand for too much else, and are not sought.
    private static let leastSoughtInteger = 100_000

    /// Redacts an integer that is one of the values.
    private mutating func integer(
        _ integer: Int64,
        _ place: Range<Int>,
        in field: TextField
    ) -> Int {
        guard !isCollecting, !values.isEmpty, integer.magnitude >= Self.leastSoughtInteger else {
            return 0
        }
        let digits = Array(String(integer).utf8)
        let replacement = digits.withUnsafeBytes { text -> [UInt8]? in
            guard let match = values.firstMatch(in: text, from: 0), match.range == 0..<text.count
            else { return nil }
            return self.replacement(of: match, in: text, field)
        }
        return replacement.map { edits.replace(place, with: Self.string($0)) } ?? 0
    }

    /// The field of an `AnyValue` that holds a text.
    private static func string(_ text: [UInt8]) -> [UInt8] {
        [1 << 3 | WireCursor.lengthDelimitedType, UInt8(truncatingIfNeeded: text.count)] + text
    }

    // MARK: Values that go

    /// Has a hash take the place of an `AnyValue`.
    mutating func hashValue(
        _ place: DelimitedField,
        _ base: UnsafeRawPointer
    ) throws(WireError) -> Int {
        let text = try Self.text(of: place.content, base)
        let hash = text.withUnsafeBytes { self.hash(of: $0) }
        let value = Self.string(hash)
        return edits.replace(
            place.length.lowerBound..<place.content.upperBound,
            with: [UInt8(truncatingIfNeeded: value.count)] + value
        )
    }

    /// What is hashed of an `AnyValue`: a text as it is, other scalars as people write them, lists
    /// as they are encoded.
    ///
    /// Of several values, protobuf has it that the last one counts.
    private static func text(
        of range: Range<Int>,
        _ base: UnsafeRawPointer
    ) throws(WireError) -> [UInt8] {
        var text: [UInt8] = []
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            switch (tag.field, tag.type) {
            case (2, WireCursor.varintType):
                text = Array((try cursor.varint() == 0 ? "false" : "true").utf8)
            case (3, WireCursor.varintType):
                text = Array(String(Int64(bitPattern: try cursor.varint())).utf8)
            case (4, WireCursor.fixed64Type):
                text = Array(Double(bitPattern: try cursor.fixed64()).description.utf8)
            case (1, WireCursor.lengthDelimitedType), (5...7, WireCursor.lengthDelimitedType):
                let content = try cursor.lengthDelimited()
                text = Array(
                    UnsafeRawBufferPointer(start: base + content.lowerBound, count: content.count)
                )
            default: try cursor.skip(tag)
            }
        }
        return text
    }

    /// Takes up all texts and numbers of an `AnyValue`, to be sought elsewhere.
    private mutating func takeUp(
        valueIn range: Range<Int>,
        _ decision: KeyDecisions.Decision,
        depth: Int,
        _ base: UnsafeRawPointer
    ) throws(WireError) {
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            switch (tag.field, tag.type) {
            case (1, WireCursor.lengthDelimitedType):
                takeUp(bytes(try cursor.lengthDelimited(), base), decision)
            case (7, WireCursor.lengthDelimitedType):
                // Other bytes could be found in the middle of a character.
                let content = bytes(try cursor.lengthDelimited(), base)
                if String(validating: content, as: UTF8.self) != nil { takeUp(content, decision) }
            case (3, WireCursor.varintType):
                let integer = Int64(bitPattern: try cursor.varint())
                guard integer.magnitude >= Self.leastSoughtInteger else { continue }
                let digits = Array(String(integer).utf8)
                digits.withUnsafeBytes { takeUp($0, decision) }
            case (5...6, WireCursor.lengthDelimitedType) where depth < Self.maximumDepth:
                try takeUp(
                    listIn: cursor.lengthDelimited(),
                    ofAttributes: tag.field == 6,
                    decision,
                    depth: depth + 1,
                    base
                )
            default: try cursor.skip(tag)
            }
        }
    }

    private mutating func takeUp(
        listIn range: Range<Int>,
        ofAttributes: Bool,
        _ decision: KeyDecisions.Decision,
        depth: Int,
        _ base: UnsafeRawPointer
    ) throws(WireError) {
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            guard tag.type == WireCursor.lengthDelimitedType else {
                try cursor.skip(tag)
                continue
            }
            let content = try cursor.lengthDelimited()
            if tag.field == 1, !ofAttributes {
                try takeUp(valueIn: content, decision, depth: depth, base)
            } else if tag.field == 1 {
                var entry = WireCursor(base: base, range: content)
                while let part = try entry.nextTag() {
                    guard part.field == 2, part.type == WireCursor.lengthDelimitedType else {
                        try entry.skip(part)
                        continue
                    }
                    let inner = try entry.lengthDelimited()
                    try takeUp(valueIn: inner, decision, depth: depth, base)
                }
            }
        }
    }
}
