import Foundation
import StreamCompression

/// A message of a file, whole.
struct FileMessage {
    let place: MessagePlace
    let format: ExchangeFormat
    let bytes: [UInt8]
}

/// Cuts a file into messages, whichever of the forms it has: lines of JSON, or messages behind
/// their lengths, each of which may be protobuf or JSON, compressed with zstd or not.
///
/// The first byte tells the forms apart: a length that begins like a line of JSON would exceed any
/// that is taken.
final class MessageReader {
    private let file: InputFile
    private let limit: Int
    private var buffer: [UInt8] = []
    private var position = 0
    /// How many bytes lie before the buffer.
    private var consumed = 0
    private var number = 0
    private var format: ExchangeFormat?
    private var hasEnded = false

    init(path: String, limit: Int = maximumMessageBytes, progress: EditingProgress?)
        throws(EditingError)
    {
        file = try InputFile(path: path, progress: progress)
        self.limit = limit
    }

    /// As errors name the file.
    var name: String { file.name }

    /// The next message, or nil after the last.
    ///
    /// - Throws: ``EditingError/badMessage(path:place:reason:)``, after which reading goes on with
    ///   the message behind, or ends where the file can't be followed any further; other errors
    ///   when the file can't be read.
    func next() throws -> FileMessage? {
        guard !hasEnded else { return nil }
        if format == nil {
            _ = try fill(1)
            guard let first = buffer.first else {
                hasEnded = true
                return nil
            }
            format = Self.isJSON(first) ? .json : .proto
        }
        return format == .json ? try nextLine() : try nextFramed()
    }

    private static func isJSON(_ first: UInt8) -> Bool {
        [UInt8(ascii: "{"), 0x20, 0x09, 0x0a, 0x0d].contains(first)
    }

    // MARK: Lines

    private func nextLine() throws -> FileMessage? {
        while true {
            number += 1
            guard let line = try line() else { return nil }
            let isBlank = line.allSatisfy { [0x20, 0x09, 0x0d].contains($0) }
            if isBlank { continue }
            return FileMessage(place: .line(number), format: .json, bytes: line)
        }
    }

    private func line() throws -> [UInt8]? {
        var searched = position
        while true {
            if let end = newline(from: searched) {
                defer { position = end + 1 }
                return Array(buffer[position..<end])
            }
            searched = buffer.count
            guard searched - position <= limit else {
                try skipLine()
                throw bad("the line is longer than \(limit >> 20) MiB")
            }
            let before = searched - position
            guard try more() else {
                hasEnded = true
                return position < buffer.count ? Array(buffer[position...]) : nil
            }
            searched = position + before
        }
    }

    /// Where the next line ends, if that is there yet.
    private func newline(from start: Int) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, start < bytes.count,
                let found = memchr(base + start, 0x0a, bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    /// Moves behind the end of a line that is not wanted.
    private func skipLine() throws {
        while true {
            if let end = newline(from: position) {
                position = end + 1
                return
            }
            position = buffer.count
            guard try more() else {
                hasEnded = true
                return
            }
        }
    }

    // MARK: Messages behind their lengths

    private func nextFramed() throws -> FileMessage? {
        number += 1
        let available = try fill(4)
        guard available > 0 else {
            hasEnded = true
            return nil
        }
        guard available >= 4 else { throw end("the file ends in the middle of a length") }
        let length = buffer[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
        guard length <= limit else {
            throw end(
                number == 1
                    ? "neither OTLP/JSON nor length-delimited messages"
                    : "a message of \(length) bytes is longer than \(limit >> 20) MiB"
            )
        }
        guard try fill(4 + length) >= 4 + length else {
            throw end("the file ends in the middle of a message")
        }
        let place = place
        var bytes = Array(buffer[(position + 4)..<(position + 4 + length)])
        position += 4 + length
        if bytes.starts(with: FileCompression.zstdMagic) { bytes = try inflated(bytes, at: place) }
        return FileMessage(
            place: place,
            // Protobuf may well begin with what is a newline in text.
            format: bytes.first == UInt8(ascii: "{") ? .json : .proto,
            bytes: bytes
        )
    }

    private func inflated(_ bytes: [UInt8], at place: MessagePlace) throws -> [UInt8] {
        let inflater: ZstandardInflater
        do {
            inflater = try ZstandardInflater()
        } catch {
            throw EditingError.cannotRead(path: name, reason: "\(error)")
        }
        do {
            return try bytes.withUnsafeBytes { bytes in
                var result: [UInt8] = []
                inflater.feed(bytes)
                while let piece = try inflater.next() {
                    guard result.count + piece.count <= limit else {
                        throw EditingError.badMessage(
                            path: name,
                            place: place,
                            reason: "it inflates to more than \(limit >> 20) MiB"
                        )
                    }
                    result += piece
                }
                try inflater.finish()
                return result
            }
        } catch let fault as InflationFault {
            throw EditingError.badMessage(
                path: name,
                place: place,
                reason: fault == .truncated
                    ? "its zstd frame is cut off" : "its zstd frame is damaged"
            )
        }
    }

    // MARK: Buffer

    private var place: MessagePlace {
        format == .proto ? .message(number, offset: consumed + position) : .line(number)
    }

    private func bad(_ reason: String) -> EditingError {
        .badMessage(path: name, place: place, reason: reason)
    }

    /// An error after which nothing more can be made of the file.
    private func end(_ reason: String) -> EditingError {
        hasEnded = true
        return bad(reason)
    }

    /// Reads until so many bytes are there.
    /// - Returns: how many are, which is less at the file's end.
    private func fill(_ count: Int) throws -> Int {
        while buffer.count - position < count, try more() {}
        return buffer.count - position
    }

    private func more() throws -> Bool {
        if position > 0 {
            buffer.removeFirst(position)
            consumed += position
            position = 0
        }
        do {
            return try file.read(into: &buffer)
        } catch let damage as InputFile.Damage {
            throw end(damage.reason)
        }
    }
}
