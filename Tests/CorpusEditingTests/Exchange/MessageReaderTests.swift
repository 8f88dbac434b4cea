import Foundation
import StreamCompression
import TestSupport
import Testing

@testable import CorpusEditing

@Suite("Messages of a file")
struct MessageReaderTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func reader(_ bytes: [UInt8], limit: Int = maximumMessageBytes) throws -> MessageReader
    {
        try MessageReader(path: folder.write(bytes, to: "input"), limit: limit, progress: nil)
    }

    /// Each message as text, or what is wrong in its place.
    private func outcomes(_ bytes: [UInt8], limit: Int = maximumMessageBytes) throws -> [String] {
        let reader = try reader(bytes, limit: limit)
        var outcomes: [String] = []
        while true {
            do {
                guard let message = try reader.next() else { return outcomes }
                outcomes.append(String(decoding: message.bytes, as: UTF8.self))
            } catch EditingError.badMessage(_, let place, let reason) {
                outcomes.append("\(place): \(reason)")
            }
        }
    }

    private func framed(_ messages: [[UInt8]]) -> [UInt8] {
        messages.flatMap { message in
            withUnsafeBytes(of: UInt32(message.count).bigEndian) { Array($0) } + message
        }
    }

    private func compressed(_ bytes: [UInt8], _ deflater: any StreamDeflater) throws -> [UInt8] {
        var result: [UInt8] = []
        try bytes.withUnsafeBytes { try deflater.write($0) { result += $0 } }
        try deflater.finish { result += $0 }
        return result
    }

    @Test("are its lines, blank ones left out")
    func lines() throws {
        let text = Array("{1}\n\n  \r\n{2}\r\n{3}".utf8)
        #expect(try outcomes(text) == ["{1}", "{2}\r", "{3}"])
        let reader = try reader(text)
        _ = try reader.next()
        #expect(try reader.next()?.place == .line(4))
    }

    @Test("are what stands behind each length, of protobuf or JSON, in zstd frames or not")
    func lengths() throws {
        let messages = [Array("{1}".utf8), [0x0a, 0x00], Array("{\"a\": 3}".utf8), []]
        let plain = framed(messages)
        let zstd = framed(try messages.map { try compressed($0, ZstandardDeflater()) })
        for bytes in [plain, zstd] {
            let reader = try reader(bytes)
            for message in messages {
                let found = try #require(try reader.next())
                #expect(found.bytes == message)
                #expect(found.format == (message.first == UInt8(ascii: "{") ? .json : .proto))
            }
            #expect(try reader.next() == nil)
        }
    }

    @Test("are the same in a file compressed as a whole, also in several gzip members")
    func wholeFiles() throws {
        let text = Array(String(repeating: "{0123456789}\n", count: 50_000).utf8)
        let half = text.count / 2
        let files = [
            try compressed(text, GzipDeflater()), try compressed(text, ZstandardDeflater()),
            try compressed(Array(text[..<half]), GzipDeflater())
                + compressed(Array(text[half...]), GzipDeflater()),
        ]
        for file in files {
            #expect(file.count < text.count / 10)
            let outcomes = try outcomes(file)
            #expect(outcomes.count == 50_000)
            #expect(Set(outcomes) == ["{0123456789}"])
        }
    }

    @Test("end with an error where a compressed file is cut off or damaged")
    func damagedFiles() throws {
        let text = Array("{1}\n{2}\n".utf8)
        for deflater: any StreamDeflater in [try GzipDeflater(), try ZstandardDeflater()] {
            let file = try compressed(text, deflater)
            #expect(try outcomes(file.dropLast(3)).last?.contains("ends too early") == true)
            var changed = file
            changed[file.count / 2] ^= 0xff
            #expect(try outcomes(changed).last?.contains("compressed file is damaged") == true)
        }
    }

    @Test("end with an error where a length or a message is cut off, or is none")
    func damagedLengths() throws {
        let file = framed([[1, 2, 3], [4, 5]])
        #expect(
            try outcomes(file.dropLast()).last
                == "message 2 (at byte 7): the file ends in the middle of a message"
        )
        #expect(
            try outcomes(Array(file.prefix(9))).last
                == "message 2 (at byte 7): the file ends in the middle of a length"
        )
        #expect(
            try outcomes(Array("hello world".utf8))
                == ["message 1 (at byte 0): neither OTLP/JSON nor length-delimited messages"]
        )
        let frame = try compressed(Array("{}".utf8), ZstandardDeflater())
        #expect(
            try outcomes(framed([frame.dropLast(), Array("{}".utf8)]))
                == ["message 1 (at byte 0): its zstd frame is cut off", "{}"]
        )
    }

    @Test("may be only so long: longer ones are passed over without being held")
    func limits() throws {
        let long = String(repeating: "x", count: 3 << 20)
        let text = Array("{1}\n{\(long)}\n{3}".utf8)
        #expect(
            try outcomes(text, limit: 1 << 20)
                == ["{1}", "line 2: the line is longer than 1 MiB", "{3}"]
        )
        let bomb = try compressed([UInt8](repeating: 0, count: 3 << 20), ZstandardDeflater())
        #expect(
            try outcomes(framed([bomb, [7]]), limit: 1 << 20)
                == ["message 1 (at byte 0): it inflates to more than 1 MiB", "\u{7}"]
        )
    }

    @Test("are none in an empty file; a folder and a missing file can't be read")
    func nothing() throws {
        #expect(try outcomes([]) == [])
        #expect(throws: EditingError.cannotRead(path: folder.path, reason: "it is a folder")) {
            try MessageReader(path: folder.path, progress: nil)
        }
        #expect(throws: EditingError.self) {
            try MessageReader(path: folder.file("none"), progress: nil)
        }
    }
}
