import CorpusStore
import NIOCore

/// A block's export requests, ready to be sent.
struct FilledBlock: Sendable {
    /// An export request as it goes on the wire.
    struct Request: Sendable {
        let header: RequestHeader
        let body: ByteBuffer
    }

    let requests: [Request]

    /// Fills all requests into one buffer, of which each gets a slice.
    init(_ contents: consuming BlockContents) throws {
        var contents = contents
        var buffer = ByteBufferAllocator().buffer(capacity: contents.summary.payloadBytes)
        var places: [(header: RequestHeader, offset: Int)] = []
        places.reserveCapacity(contents.summary.requestCount)
        while let header = try contents.next() {
            places.append((header, buffer.writerIndex))
            _ = try buffer.writeWithUnsafeMutableBytes(
                minimumWritableBytes: header.payloadBytes
            ) { bytes in
                let place = UnsafeMutableRawBufferPointer(rebasing: bytes[..<header.payloadBytes])
                try contents.fill(header, into: place)
                return header.payloadBytes
            }
        }
        requests = places.compactMap { header, offset in
            buffer.getSlice(at: offset, length: header.payloadBytes).map {
                Request(header: header, body: $0)
            }
        }
    }
}
