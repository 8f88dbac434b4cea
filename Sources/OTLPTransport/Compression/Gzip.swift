import CZlib
import NIOCore

/// Writes gzip (RFC 1952).
enum Gzip {
    /// The bytes as one gzip member, or nil when zlib can't get memory.
    ///
    /// Level 1: a replay keeps a schedule, and higher levels save few bytes for much time.
    static func compress(_ buffer: ByteBuffer) -> ByteBuffer? {
        var stream = z_stream()
        // 16 above the largest window asks for gzip's header and checksum.
        let status = deflateInit2_(
            &stream,
            1,
            Z_DEFLATED,
            15 + 16,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, uLong(buffer.readableBytes)))
        var result = ByteBuffer()
        var isComplete = false
        result.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { output in
            buffer.withUnsafeReadableBytes { input in
                stream.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                )
                stream.avail_in = UInt32(clamping: input.count)
                stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.avail_out = UInt32(clamping: output.count)
                isComplete = deflate(&stream, Z_FINISH) == Z_STREAM_END
            }
            return Int(stream.total_out)
        }
        return isComplete ? result : nil
    }
}
