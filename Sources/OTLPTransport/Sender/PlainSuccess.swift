import NIOCore

/// Recognizes answers that say full success and nothing else: status 200, no body, and a connection
/// that stays open.
///
/// Only what can be read in no other way is recognized; whatever else there is, is for a parser.
struct PlainSuccess {
    private static let statusLine = Array("HTTP/1.1 200".utf8)

    /// What was recognized last: servers repeat themselves, but for the date.
    private var last = ByteBuffer()

    /// Whether the bytes are one such answer, whole, with nothing after it.
    mutating func recognizes(_ bytes: ByteBuffer) -> Bool {
        if bytes == last { return last.readableBytes > 0 }
        guard bytes.withUnsafeReadableBytes(Self.isPlain) else { return false }
        // A copy, so that the buffer that was read into can be read into again.
        last = ByteBuffer(bytes: bytes.readableBytesView)
        return true
    }

    private static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count < 4_096, bytes.starts(with: statusLine),
            var line = nextLine(bytes, from: 0),
            // The status is three digits and no more.
            line.count == statusLine.count || bytes[statusLine.count] == UInt8(ascii: " ")
        else { return false }
        var hasLength = false
        while let next = nextLine(bytes, from: line.upperBound + 2) {
            line = next
            if line.isEmpty { return hasLength && line.upperBound + 2 == bytes.count }
            let text = UnsafeRawBufferPointer(rebasing: bytes[line])
            guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return false }
            let value = trimmed(text, from: colon + 1)
            switch colon {
            case "content-length".utf8.count where isName(text, "content-length"):
                guard !hasLength, value.elementsEqual("0".utf8) else { return false }
                hasLength = true
            case "connection".utf8.count where isName(text, "connection"):
                guard value.count == 10, isName(value, "keep-alive") else { return false }
            case "transfer-encoding".utf8.count where isName(text, "transfer-encoding"):
                return false
            default:
                guard colon > 0, text[..<colon].allSatisfy(isNameByte) else { return false }
            }
        }
        return false
    }

    /// The bytes of the line that begins there, without its end; nil when it has none, or holds
    /// what a line of text doesn't.
    private static func nextLine(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Range<Int>? {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\r") {
                guard index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\n") else {
                    return nil
                }
                return start..<index
            }
            guard byte >= 0x20 || byte == UInt8(ascii: "\t"), byte != 0x7f else { return nil }
            index += 1
        }
        return nil
    }

    private static func trimmed(
        _ text: UnsafeRawBufferPointer,
        from start: Int
    ) -> UnsafeRawBufferPointer {
        var range = start..<text.count
        while let first = range.first, text[first] == UInt8(ascii: " ") {
            range = (first + 1)..<range.upperBound
        }
        while let last = range.last, text[last] == UInt8(ascii: " ") {
            range = range.lowerBound..<last
        }
        return UnsafeRawBufferPointer(rebasing: text[range])
    }

    /// Whether the text begins with a name, given in small letters.
    private static func isName(_ text: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
        let count = name.utf8CodeUnitCount
        guard text.count >= count else { return false }
        for index in 0..<count {
            let byte = text[index]
            let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            guard (isCapital ? byte | 0x20 : byte) == name.utf8Start[index] else { return false }
        }
        return true
    }

    /// The letters, digits and hyphens that names are made of nearly always (RFC 9110, 5.6.2).
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
