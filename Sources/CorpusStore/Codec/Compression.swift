import CZlib
import Foundation

/// The seam to the library that writes and reads zlib streams (RFC 1950).
///
/// zlib is always there; libdeflate is used where it is installed. Either reads what the other
/// wrote.
public enum Compression: String, CaseIterable, Codable, Sendable {
    /// zlib, which is always there.
    case zlib
    /// libdeflate, loaded at run time where it is installed.
    case libdeflate

    /// The library in use: libdeflate where it is installed, unless the environment variable
    /// `PLAYBACK_COMPRESSION` says `zlib`.
    static let inUse: Compression =
        ProcessInfo.processInfo.environment["PLAYBACK_COMPRESSION"] == zlib.rawValue
        ? .zlib : available.last ?? .zlib

    /// The libraries that are installed.
    static let available: [Compression] =
        Libdeflate.installed == nil ? [.zlib] : [.zlib, .libdeflate]

    /// The name of the library in use.
    static var library: String { inUse.rawValue }

    /// The CRC-32 (ISO-HDLC, as in zlib and gzip) of the bytes.
    static func crc32(
        _ bytes: UnsafeRawBufferPointer,
        library: Compression = .inUse
    ) -> UInt32 {
        guard let base = bytes.baseAddress else { return 0 }
        if library == .libdeflate, let functions = Libdeflate.installed {
            return functions.crc32(0, base, bytes.count)
        }
        return UInt32(
            truncatingIfNeeded: crc32_z(0, base.assumingMemoryBound(to: UInt8.self), bytes.count)
        )
    }
}

/// Writes zlib streams, one after the other, on one thread at a time.
struct Deflater: ~Copyable {
    private let level: Int32
    private let functions: Libdeflate?
    private let compressor: OpaquePointer?

    /// A writer of the given level, 1 (quick) to 9 (small).
    init(level: Int32, library: Compression = .inUse) {
        self.level = level
        functions = library == .libdeflate ? Libdeflate.installed : nil
        compressor = functions?.allocateCompressor(level)
    }

    deinit {
        functions?.freeCompressor(compressor)
    }

    /// Deflates the bytes into one zlib stream.
    /// - Throws: ``CodecError`` when memory runs out.
    func deflate(_ bytes: [UInt8]) throws(CodecError) -> [UInt8] {
        let bound: Int
        if let functions, let compressor {
            bound = functions.compressBound(compressor, bytes.count)
        } else {
            bound = Int(CZlib.compressBound(uLong(bytes.count)))
        }
        let result = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            count = bytes.withUnsafeBytes { source in
                deflate(source, into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
        guard !result.isEmpty else { throw CodecError("a stream could not be deflated") }
        return result
    }

    /// - Returns: the length of the stream, or 0.
    private func deflate(
        _ source: UnsafeRawBufferPointer,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        if let functions, let compressor {
            return functions.compress(
                compressor,
                source.baseAddress,
                source.count,
                buffer.baseAddress,
                buffer.count
            )
        }
        var length = uLong(buffer.count)
        let status = compress2(
            buffer.baseAddress?.assumingMemoryBound(to: UInt8.self),
            &length,
            source.baseAddress?.assumingMemoryBound(to: UInt8.self),
            uLong(source.count),
            level
        )
        return status == Z_OK ? Int(length) : 0
    }
}

/// Reads zlib streams, one after the other, on one thread at a time.
struct Inflater: ~Copyable {
    private let functions: Libdeflate?
    private let decompressor: OpaquePointer?

    init(library: Compression = .inUse) {
        functions = library == .libdeflate ? Libdeflate.installed : nil
        decompressor = functions?.allocateDecompressor()
    }

    deinit {
        functions?.freeDecompressor(decompressor)
    }

    /// Inflates a zlib stream that fills the buffer exactly; its Adler-32 is checked on the way.
    /// - Throws: ``CodecError`` when the stream is damaged or of another length.
    func inflate(
        _ bytes: ArraySlice<UInt8>,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(CodecError) {
        guard bytes.withUnsafeBytes({ isInflated($0, into: buffer) }) else {
            throw CodecError("a zlib stream is damaged")
        }
    }

    private func isInflated(
        _ bytes: UnsafeRawBufferPointer,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> Bool {
        if let functions, let decompressor {
            // Without a place for the actual length, any other length is an error.
            return functions.decompress(
                decompressor,
                bytes.baseAddress,
                bytes.count,
                buffer.baseAddress,
                buffer.count,
                nil
            ) == 0
        }
        var length = uLong(buffer.count)
        let status = uncompress(
            buffer.baseAddress?.assumingMemoryBound(to: UInt8.self),
            &length,
            bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
            uLong(bytes.count)
        )
        return status == Z_OK && Int(length) == buffer.count
    }
}
