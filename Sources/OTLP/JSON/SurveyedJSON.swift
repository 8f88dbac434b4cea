/// A JSON text that was looked over before anything is made of it, so that what it would take to
/// decode is known beforehand and bounded.
///
/// The survey finds what protobuf's JSON mapping lets pass: a name that stands twice in an object,
/// of which one value would be lost. That the text is JSON at all, decoding finds out.
public struct SurveyedJSON: Sendable {
    /// How deep objects and arrays may be nested; OTLP's messages need about ten levels, and two
    /// more for each level of an attribute's value.
    static let depthLimit = 256

    /// How many names an object may have; OTLP's largest message has twenty fields.
    static let nameLimit = 128

    /// The text.
    public let bytes: [UInt8]

    /// How many objects and arrays it has, each of which decoding makes a message of.
    public let containerCount: Int

    /// Looks over a text, about 1 ms a megabyte.
    /// - Throws: ``OTLPJSONError/notJSON(reason:)`` for bytes that are not UTF-8, a name that an
    ///   object has twice, and what is nested too deep.
    public init(_ bytes: [UInt8]) throws(OTLPJSONError) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw .notJSON(reason: "it is not UTF-8")
        }
        var survey = Survey()
        try survey.read(bytes.span)
        self.bytes = bytes
        containerCount = survey.containerCount
    }
}

/// The state of one pass over a text.
private struct Survey {
    /// For each container that is open, where its names begin in `names`; −1 for an array.
    private var open: [Int] = []
    /// Hashes of the names of the objects that are open.
    private var names: [UInt64] = []
    private(set) var containerCount = 0

    mutating func read(_ text: Span<UInt8>) throws(OTLPJSONError) {
        var place = 0
        while place < text.count {
            let byte = text[place]
            place += 1
            switch byte {
            case UInt8(ascii: "{"): try push(names.count)
            case UInt8(ascii: "["): try push(-1)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard let start = open.popLast() else {
                    throw .notJSON(reason: "a bracket closes nothing")
                }
                if start >= 0 { names.removeLast(names.count - start) }
            case UInt8(ascii: "\""):
                let start = place
                let hash = Self.hash(text, &place)
                guard let first = open.last, first >= 0, Self.isName(text, after: place) else {
                    continue
                }
                guard !names[first...].contains(hash) else {
                    let name = String(decoding: (start..<place - 1).map { text[$0] }, as: UTF8.self)
                    throw .notJSON(reason: "an object has the name \(name.prefix(40)) twice")
                }
                names.append(hash)
                guard names.count - first <= SurveyedJSON.nameLimit else {
                    throw .notJSON(
                        reason: "an object has more than \(SurveyedJSON.nameLimit) names"
                    )
                }
            default: break
            }
        }
    }

    private mutating func push(_ start: Int) throws(OTLPJSONError) {
        containerCount += 1
        open.append(start)
        guard open.count <= SurveyedJSON.depthLimit else {
            throw .notJSON(reason: "it is nested more than \(SurveyedJSON.depthLimit) deep")
        }
    }

    /// Reads to the end of a string and hashes it (FNV-1a), `trace_id` like `traceId`, since both
    /// name the same field.
    private static func hash(_ text: Span<UInt8>, _ place: inout Int) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var isRaised = false
        while place < text.count {
            var byte = text[place]
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return hash
            case UInt8(ascii: "\\"): place += 1
            case UInt8(ascii: "_"):
                isRaised = true
                continue
            case UInt8(ascii: "a")...UInt8(ascii: "z") where isRaised: byte -= 32
            default: break
            }
            isRaised = false
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        place = text.count
        return hash
    }

    /// Whether a colon follows.
    private static func isName(_ text: Span<UInt8>, after end: Int) -> Bool {
        var place = end
        while place < text.count {
            switch text[place] {
            case 0x20, 0x09, 0x0a, 0x0d: place += 1
            default: return text[place] == UInt8(ascii: ":")
            }
        }
        return false
    }
}
