import CZlib

/// The seam to the library that writes and reads zlib streams (RFC 1950).
enum Compression {
    /// The library in use.
    static let library = "zlib"

    /// Deflates the bytes into one zlib stream.
    /// - Throws: ``CodecError`` when zlib runs out of memory.
    static func deflate(_ bytes: [UInt8], level: Int32) throws(CodecError) -> [UInt8] {
        var length = compressBound(uLong(bytes.count))
        var status = Z_OK
        let result = [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
            status = bytes.withUnsafeBufferPointer { source in
                compress2(
                    buffer.baseAddress,
                    &length,
                    source.baseAddress,
                    uLong(source.count),
                    level
                )
            }
            count = status == Z_OK ? Int(length) : 0
        }
        guard status == Z_OK else { throw CodecError("zlib could not deflate (\(status))") }
        return result
    }

    /// Inflates a zlib stream of exactly the given length; its Adler-32 is checked on the way.
    /// - Throws: ``CodecError`` when the stream is damaged or of another length.
    static func inflate(
        _ bytes: UnsafeRawBufferPointer,
        length: Int
    ) throws(CodecError) -> [UInt8] {
        var written = uLong(length)
        var status = Z_OK
        let result = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            status = uncompress(
                buffer.baseAddress,
                &written,
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                uLong(bytes.count)
            )
            count = status == Z_OK ? Int(written) : 0
        }
        guard status == Z_OK, result.count == length else {
            throw CodecError("a zlib stream is damaged (\(status))")
        }
        return result
    }

    /// The CRC-32 (ISO-HDLC, as in zlib and gzip) of the bytes.
    static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard let base = bytes.baseAddress else { return 0 }
        return UInt32(
            truncatingIfNeeded: CZlib.crc32_z(
                0,
                base.assumingMemoryBound(to: UInt8.self),
                bytes.count
            )
        )
    }
}

/// What is wrong with the bytes of a block.
struct CodecError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
