import CorpusStore
import NIOCore
import OTLP

/// An export request as it goes on the wire.
struct OutgoingRequest: Sendable {
    let number: Int64
    let signal: Signal
    let arrival: Timestamp
    /// The lap it belongs to, from 0.
    let lap: Int
    let itemCount: Int
    /// The CRC-32 of the body with timestamps and ids zeroed.
    let skeletonCRC32: UInt32
    let body: ByteBuffer

    var payloadBytes: Int { body.readableBytes }
}

/// What a replay sends of a block.
struct FilledBlock: Sendable {
    var requests: [OutgoingRequest]

    init(_ requests: [OutgoingRequest]) {
        self.requests = requests
    }

    /// Fills what is selected of a block into a few buffers, of which each request gets a slice.
    init(
        _ contents: consuming BlockContents,
        lap: Int,
        filter: RequestFilter,
        cutter: RequestCutter?,
        into pool: inout RequestBuffers
    ) throws {
        var contents = contents
        var buffers = [pool.take(atLeast: 0)]
        var places: [(header: RequestHeader, buffer: Int, offset: Int)] = []
        places.reserveCapacity(contents.summary.requestCount)
        while let header = try contents.next() {
            let isSelected = filter.contains(header.number, header.signal, header.arrival)
            var last = buffers.count - 1
            if buffers[last].writableBytes < header.payloadBytes {
                buffers.append(pool.take(atLeast: header.payloadBytes))
                last += 1
            }
            if isSelected { places.append((header, last, buffers[last].writerIndex)) }
            // The decoder must fill what is not sent as well: the next one overwrites it.
            _ = try buffers[last].writeWithUnsafeMutableBytes(
                minimumWritableBytes: header.payloadBytes
            ) { bytes in
                let place = UnsafeMutableRawBufferPointer(rebasing: bytes[..<header.payloadBytes])
                try contents.fill(header, into: place)
                return isSelected ? header.payloadBytes : 0
            }
        }
        buffers.forEach { pool.give($0) }
        // Only now: a buffer that is written while a slice of it is held is copied first.
        requests = try places.compactMap { header, index, offset in
            let body =
                buffers[index].getSlice(at: offset, length: header.payloadBytes) ?? ByteBuffer()
            guard let cutter else { return OutgoingRequest(header, lap: lap, body: body) }
            let payload = Array(body.readableBytesView)
            return try cutter.cut(header.signal, payload)
                .map { OutgoingRequest(header, lap: lap, cut: $0) }
        }
    }
}

extension OutgoingRequest {
    fileprivate init(_ header: RequestHeader, lap: Int, body: ByteBuffer) {
        self.init(
            number: header.number,
            signal: header.signal,
            arrival: header.arrival,
            lap: lap,
            itemCount: header.itemCount,
            skeletonCRC32: header.skeletonCRC32,
            body: body
        )
    }

    fileprivate init(_ header: RequestHeader, lap: Int, cut: RequestCutter.Cut) {
        self.init(
            number: header.number,
            signal: header.signal,
            arrival: header.arrival,
            lap: lap,
            itemCount: cut.itemCount,
            skeletonCRC32: cut.skeletonCRC32,
            body: ByteBuffer(bytes: cut.payload)
        )
    }
}
