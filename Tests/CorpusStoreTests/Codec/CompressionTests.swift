import Testing

@testable import CorpusStore

@Suite("Compression")
struct CompressionTests {
    private let bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 / 7 &* 31) }

    @Test("is one format, whichever library wrote it", arguments: Compression.available)
    func interchange(writer: Compression) throws {
        for bytes in [bytes, [], [7]] {
            let stream = try Deflater(level: 6, library: writer).deflate(bytes)
            // RFC 1950: deflate with a window of 32 KiB, and a header divisible by 31.
            #expect(stream[0] == 0x78)
            #expect((Int(stream[0]) << 8 | Int(stream[1])).isMultiple(of: 31))
            for reader in Compression.available {
                var inflated = [UInt8](repeating: 0, count: bytes.count)
                try inflated.withUnsafeMutableBytes {
                    try Inflater(library: reader).inflate(stream[...], into: $0)
                }
                #expect(inflated == bytes)
            }
        }
    }

    @Test(
        "refuses a stream of another length or with other bytes",
        arguments: Compression.available
    )
    func damage(library: Compression) throws {
        let stream = try Deflater(level: 6, library: library).deflate(bytes)
        var buffer = [UInt8](repeating: 0, count: bytes.count + 1)
        var wrong = stream
        wrong[wrong.count - 1] ^= 1
        for (stream, count) in [
            (stream, bytes.count - 1), (stream, bytes.count + 1), (wrong, bytes.count),
            (stream.dropLast(5).map { $0 }, bytes.count), ([], bytes.count),
        ] {
            #expect(throws: CodecError.self) {
                try buffer.withUnsafeMutableBytes { buffer in
                    try Inflater(library: library).inflate(
                        stream[...],
                        into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
                    )
                }
            }
        }
    }

    @Test("has the same checksum in every library", arguments: Compression.available)
    func checksum(library: Compression) {
        let digits = Array("123456789".utf8)
        digits.withUnsafeBytes {
            // The check value of CRC-32/ISO-HDLC.
            #expect(Compression.crc32($0, library: library) == 0xcbf4_3926)
        }
        [UInt8]().withUnsafeBytes { #expect(Compression.crc32($0, library: library) == 0) }
    }
}
