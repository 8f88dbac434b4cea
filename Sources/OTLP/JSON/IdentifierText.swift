import Foundation

/// Gets ids through protobuf's JSON mapping, which writes bytes in base64, as the hex that OTLP asks
/// for.
///
/// Four hex digits are valid base64, of three bytes. So an id is replaced by the bytes whose base64
/// is the id's hex. Where two digits are left over, as with ids of an odd length, which OTLP doesn't
/// allow but a client may send, two slashes make them four in the mapping's eyes.
enum IdentifierText {
    private static let padding = UInt8(ascii: "/")

    /// Replaces an id by the bytes whose base64 is its hex.
    /// - Returns: whether its text is padded.
    static func enter(_ id: inout Data) throws(OTLPJSONError) -> Bool {
        guard !id.isEmpty else { return false }
        var text: [UInt8] = []
        text.reserveCapacity(id.count * 2 + 2)
        for byte in id {
            text.append(digit(byte >> 4))
            text.append(digit(byte & 15))
        }
        let isPadded = text.count % 4 != 0
        if isPadded { text += [padding, padding] }
        guard let replaced = Data(base64Encoded: Data(text)) else { throw .invalidIdentifier }
        id = replaced
        return isPadded
    }

    /// Replaces bytes by the id whose hex is their base64.
    static func leave(_ id: inout Data) throws(OTLPJSONError) {
        guard !id.isEmpty else { return }
        var text = Array(id.base64EncodedData())
        if text.suffix(2) == [padding, padding] { text.removeLast(2) }
        var bytes = Data(capacity: text.count / 2)
        for place in stride(from: 0, to: text.count, by: 2) {
            guard place + 1 < text.count, let high = value(text[place]),
                let low = value(text[place + 1])
            else { throw .invalidIdentifier }
            bytes.append(high << 4 | low)
        }
        id = bytes
    }

    /// JSON without the slashes after the digits of ids.
    static func withoutPadding(_ json: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(json.count)
        var start = 0
        forEachIdentifier(in: json) { digits in
            let end = digits.upperBound
            guard json[end...].starts(with: [padding, padding]) else { return }
            result += json[start..<end]
            start = end + 2
        }
        return result + json[start...]
    }

    /// JSON with slashes after the digits of ids that can't be read as base64 without.
    static func withPadding(_ json: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(json.count + 64)
        var start = 0
        forEachIdentifier(in: json) { digits in
            guard digits.count % 4 == 2 else { return }
            result += json[start..<digits.upperBound]
            result += [padding, padding]
            start = digits.upperBound
        }
        return result + json[start...]
    }

    /// Calls `body` with where the digits of each id stand: of each string behind a name that ends
    /// in `Id` or `_id`.
    ///
    /// No string can hold what looks so: its quotes would be escaped. And no value that is a string
    /// is followed by a colon.
    private static func forEachIdentifier(in json: [UInt8], _ body: (Range<Int>) -> Void) {
        var place = 0
        func skipSpace() {
            while place < json.count, [0x20, 0x09, 0x0a, 0x0d].contains(json[place]) { place += 1 }
        }
        while place + 3 < json.count {
            let isNameEnd =
                (json[place] == UInt8(ascii: "I") || json[place] == UInt8(ascii: "i"))
                && json[place + 1] == UInt8(ascii: "d") && json[place + 2] == UInt8(ascii: "\"")
            guard isNameEnd else {
                place += 1
                continue
            }
            place += 3
            skipSpace()
            guard place < json.count, json[place] == UInt8(ascii: ":") else { continue }
            place += 1
            skipSpace()
            guard place < json.count, json[place] == UInt8(ascii: "\"") else { continue }
            place += 1
            let first = place
            while place < json.count, value(json[place]) != nil { place += 1 }
            body(first..<place)
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
