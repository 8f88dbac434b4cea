import CZlib

/// Writes a gzip stream (RFC 1952) at zlib's level 6.
public final class GzipDeflater: StreamDeflater {
    // zlib keeps the stream's address, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)

    /// A deflater at the beginning of a stream.
    /// - Throws: ``DeflationFault``.
    public init() throws {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 16 above the largest window asks for gzip's header and checksum.
        let status = deflateInit2_(
            stream,
            6,
            Z_DEFLATED,
            15 + 16,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else { throw DeflationFault() }
    }

    deinit {
        // Harmless on a stream that was never set up: zlib answers Z_STREAM_ERROR.
        deflateEnd(stream)
        stream.deallocate()
        buffer.deallocate()
    }

    /// Takes further bytes and hands on what is compressed by now.
    public func write(
        _ input: UnsafeRawBufferPointer,
        _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = input
        while !rest.isEmpty {
            // zlib counts in 32 bits.
            let count = min(rest.count, 1 << 30)
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: rest.baseAddress?.assumingMemoryBound(to: UInt8.self)
            )
            stream.pointee.avail_in = UInt32(count)
            while stream.pointee.avail_in > 0 { _ = try step(Z_NO_FLUSH, output) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Ends the stream and hands on the rest of it.
    public func finish(_ output: (UnsafeRawBufferPointer) throws -> Void) throws {
        stream.pointee.avail_in = 0
        while try step(Z_FINISH, output) != Z_STREAM_END {}
    }

    private func step(
        _ flush: Int32,
        _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Int32 {
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(buffer.count)
        let status = deflate(stream, flush)
        guard status == Z_OK || status == Z_STREAM_END else { throw DeflationFault() }
        let written = buffer.count - Int(stream.pointee.avail_out)
        if written > 0 { try output(UnsafeRawBufferPointer(rebasing: buffer[..<written])) }
        return status
    }
}
