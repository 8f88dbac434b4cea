import NIOCore

/// Buffers that requests are filled into, each used again once none of its requests is under way:
/// to give memory back and get it anew, page by page, takes longer than to fill it.
struct RequestBuffers {
    // A power of two, since allocations are rounded up to one: a buffer for a whole block, just
    // above four MiB, would be twice as large as what it holds, and be kept by any of its requests.
    private static let bufferBytes = 1 << 20
    // As few as have all their requests sent when they come round again.
    private static let fewestKept = 8

    private let mostKept: Int
    // In the order of their use, the last one the youngest.
    private var kept = CircularBuffer<ByteBuffer>()
    private var keptCount = fewestKept

    /// Buffers for requests that are read ahead, up to so many bytes, and then sent.
    init(readAheadBytes: Int) {
        mostKept = readAheadBytes / Self.bufferBytes + 32
    }

    /// An empty buffer with room for so many bytes; to be given back when it is filled.
    mutating func take(atLeast bytes: Int) -> ByteBuffer {
        guard bytes <= Self.bufferBytes, kept.count >= keptCount, var buffer = kept.popFirst()
        else {
            return ByteBufferAllocator().buffer(capacity: max(Self.bufferBytes, bytes))
        }
        let place = Self.place(of: buffer)
        // Where requests still hold the memory, this gives the buffer another piece of it.
        buffer.clear(minimumCapacity: Self.bufferBytes)
        if Self.place(of: buffer) != place { keptCount = min(mostKept, keptCount + 1) }
        return buffer
    }

    /// Keeps a filled buffer for later.
    mutating func give(_ buffer: ByteBuffer) {
        guard buffer.capacity == Self.bufferBytes, kept.count < mostKept else { return }
        kept.append(buffer)
    }

    private static func place(of buffer: ByteBuffer) -> UnsafeRawPointer? {
        buffer.withVeryUnsafeBytes { $0.baseAddress }
    }
}
