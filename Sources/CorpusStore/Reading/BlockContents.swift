import Foundation
public import OTLP

/// What a corpus says of a block without reading it.
public struct BlockSummary: Equatable, Sendable {
    /// Its row.
    public let id: Int64
    /// The number of its first export request; the others follow without a gap.
    public let firstRequest: Int64
    /// How many export requests it holds.
    public let requestCount: Int
    /// The earliest arrival of one.
    public let firstArrival: Timestamp
    /// The latest arrival of one.
    public let lastArrival: Timestamp
    /// How many bytes of payload it gives back.
    public let payloadBytes: Int
    /// The latest timestamp in its payloads; those past 2^63 − 1 ns don't count.
    public let latestTime: Timestamp

    /// The number of the first export request after the block; a damaged row's counts saturate.
    var nextRequest: Int64 {
        let (sum, overflow) = firstRequest.addingReportingOverflow(Int64(requestCount))
        return overflow ? .max : sum
    }
}

/// What a block says of one of its export requests.
public struct RequestHeader: Equatable, Sendable {
    /// The request's number in the corpus, from 1.
    public let number: Int64
    /// Its signal.
    public let signal: Signal
    /// When it was recorded.
    public let arrival: Timestamp
    /// The length of its payload.
    public let payloadBytes: Int
    /// How many items it holds.
    public let itemCount: Int
    /// The CRC-32 of its payload with timestamps and ids zeroed.
    public let skeletonCRC32: UInt32
    let row: BlockDecoder.Row
}

/// A block's export requests, read one after the other.
public struct BlockContents: ~Copyable, Sendable {
    /// The block.
    public let summary: BlockSummary
    private let path: String
    private var decoder: BlockDecoder
    private let checksums: [UInt32]
    private var position = 0

    init(
        summary: BlockSummary,
        path: String,
        decoder: consuming BlockDecoder,
        checksums: [UInt32]
    ) {
        self.summary = summary
        self.path = path
        self.decoder = decoder
        self.checksums = checksums
    }

    /// The next request, or nil after the last; its payload must be filled before the one after.
    /// - Throws: ``CorpusError`` when the block is damaged.
    public mutating func next() throws(CorpusError) -> RequestHeader? {
        guard position < checksums.count else { return nil }
        defer { position += 1 }
        do throws(CodecError) {
            let row = try decoder.next()
            return RequestHeader(
                number: summary.firstRequest &+ Int64(position),
                signal: row.signal,
                arrival: row.arrival,
                payloadBytes: row.payloadBytes,
                itemCount: row.itemCount,
                skeletonCRC32: checksums[position],
                row: row
            )
        } catch {
            throw damage(error)
        }
    }

    /// Writes a request's payload, timestamps moved and ids renamed, to a buffer of its exact
    /// length.
    /// - Throws: ``CorpusError`` when the block is damaged.
    public mutating func fill(
        _ header: RequestHeader,
        into payload: UnsafeMutableRawBufferPointer
    ) throws(CorpusError) {
        do throws(CodecError) {
            try decoder.fill(header.row, into: payload)
        } catch {
            throw damage(error)
        }
    }

    /// The next request with its payload, or nil after the last.
    mutating func nextRequest() throws(CorpusError) -> (RequestHeader, ExportRequest)? {
        guard let header = try next() else { return nil }
        do throws(CodecError) {
            return (header, try decoder.request(header.row))
        } catch {
            throw damage(error)
        }
    }

    /// The traces that the block speaks of, with their anchors.
    var anchors: [(Data, UInt64)] { decoder.traces }

    private func damage(_ error: CodecError) -> CorpusError {
        .damagedBlock(path: path, block: summary, reason: error.description)
    }
}
