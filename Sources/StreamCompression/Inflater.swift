import CZlib

/// Inflates a gzip (RFC 1952) or zlib (RFC 1950) stream piece by piece into pieces of at most
/// 32 KiB, so that what is received bounds what is held.
///
/// Several gzip members in a row are one stream, as RFC 1952 says. Checksums are verified.
public final class Inflater: StreamInflater {
    // zlib keeps the stream's address, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 32_768, alignment: 16)
    private var isAtStreamEnd = false
    private var isOutputWaiting = false

    /// An inflater at the beginning of a stream.
    /// - Throws: ``InflationFault/outOfMemory``.
    public init() throws(InflationFault) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 is the largest window; 32 more lets zlib tell gzip from zlib by the header.
        let status = inflateInit2_(
            stream,
            15 + 32,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else { throw .outOfMemory }
    }

    deinit {
        // Harmless on a stream that was never set up: zlib answers Z_STREAM_ERROR.
        inflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    /// Takes the next bytes of the stream, which must stay in place until ``next()`` returns nil.
    public func feed(_ input: UnsafeRawBufferPointer) {
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        // A ByteBuffer holds less than 4 GiB.
        stream.pointee.avail_in = UInt32(clamping: input.count)
    }

    /// The next inflated bytes, valid until the next call, or nil when more input is needed.
    public func next() throws(InflationFault) -> UnsafeRawBufferPointer? {
        while stream.pointee.avail_in > 0 || isOutputWaiting {
            if isAtStreamEnd {
                guard inflateReset(stream) == Z_OK else { throw .damaged }
                isAtStreamEnd = false
            }
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(output.count)
            // Z_BUF_ERROR: no input is left and no output was waiting, which is no fault.
            switch inflate(stream, Z_NO_FLUSH) {
            case Z_OK, Z_BUF_ERROR: break
            case Z_STREAM_END: isAtStreamEnd = true
            case Z_MEM_ERROR: throw .outOfMemory
            default: throw .damaged
            }
            isOutputWaiting = stream.pointee.avail_out == 0 && !isAtStreamEnd
            let written = output.count - Int(stream.pointee.avail_out)
            if written > 0 { return UnsafeRawBufferPointer(rebasing: output[..<written]) }
        }
        return nil
    }

    /// Says that no input follows.
    /// - Throws: ``InflationFault/truncated`` when the stream isn't at its end.
    public func finish() throws(InflationFault) {
        guard isAtStreamEnd else { throw .truncated }
    }
}
