extension SpanContext {
    /// Reads a `traceparent` header (W3C Trace Context, sections 3.2 and 4.3).
    ///
    /// It is `nil` when the header is malformed, and so to be ignored; a malformed `tracestate` is
    /// discarded alone. Headers of versions after 00 are read by the rules of 00, whatever follows
    /// the flags.
    public init?(traceparent: String, tracestate: String? = nil) {
        let bytes = traceparent.utf8
        guard bytes.count >= 55, bytes.count <= 1_024 else { return nil }
        var fields = HexadecimalFields(rest: bytes[...])
        guard let version = fields.next(digits: 2), version != 0xff,
            version != 0 || bytes.count == 55,
            fields.skipDash(),
            let high = fields.next(digits: 16), let low = fields.next(digits: 16),
            let traceID = TraceID(high: high, low: low), fields.skipDash(),
            let spanID = fields.next(digits: 16).flatMap({ SpanID($0) }), fields.skipDash(),
            let flags = fields.next(digits: 2), fields.rest.isEmpty || fields.skipDash()
        else { return nil }
        self.init(
            traceID: traceID,
            spanID: spanID,
            flags: TraceFlags(rawValue: UInt8(truncatingIfNeeded: flags)),
            traceState: tracestate.flatMap { TraceState($0) },
            isRemote: true
        )
    }

    /// The `traceparent` header of version 00 that names this span as the parent.
    public var traceparent: String {
        "00-\(traceID)-\(spanID)-0\(flags.rawValue)"
    }
}

/// The lowercase hexadecimal numbers of a header, one after the other.
private struct HexadecimalFields {
    var rest: Substring.UTF8View

    mutating func next(digits: Int) -> UInt64? {
        var value: UInt64 = 0
        for _ in 0..<digits {
            switch rest.popFirst() {
            case .some(let digit) where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit):
                value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case .some(let digit) where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(digit):
                value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default:
                return nil
            }
        }
        return value
    }

    mutating func skipDash() -> Bool {
        rest.popFirst() == UInt8(ascii: "-")
    }
}
