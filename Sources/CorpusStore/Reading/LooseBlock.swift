public import OTLP

/// A block by itself, as it was found outside of any corpus; its bytes may be anything.
///
/// Reading it takes no more memory than reading a block of a corpus does: 512 MiB and its tables
/// at most, whatever the bytes claim.
public struct LooseBlock: ~Copyable {
    /// What a block says of an export request.
    public struct Listing: Hashable, Sendable {
        /// Its signal.
        public let signal: Signal
        /// When it was recorded.
        public let arrival: Timestamp
        /// The length of its payload.
        public let payloadBytes: Int
        /// How many items it holds.
        public let itemCount: Int
    }

    private var decoder: BlockDecoder

    /// Inflates the block's sections and reads its tables.
    /// - Throws: an error that says why the bytes are no block.
    public init(_ bytes: [UInt8]) throws {
        decoder = try BlockDecoder(bytes)
    }

    /// The next export request, or nil after the last.
    /// - Throws: an error that says what is wrong with the block; the ones after can't be read
    ///   either, since each is told from those before.
    public mutating func next() throws -> ExportRequest? {
        guard decoder.hasNext else { return nil }
        return try decoder.request(decoder.next())
    }

    /// What a block lists of its export requests, none of them read.
    /// - Throws: an error that says why the bytes are no block.
    public static func listings(of bytes: [UInt8]) throws -> [Listing] {
        var decoder = try BlockDecoder(bytes)
        var listings: [Listing] = []
        while decoder.hasNext {
            let row = try decoder.next()
            listings.append(
                Listing(
                    signal: row.signal,
                    arrival: row.arrival,
                    payloadBytes: row.payloadBytes,
                    itemCount: row.itemCount
                )
            )
        }
        return listings
    }

    /// The CRC-32 that a corpus keeps of a block.
    public static func crc32(of bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { Compression.crc32($0) }
    }
}
