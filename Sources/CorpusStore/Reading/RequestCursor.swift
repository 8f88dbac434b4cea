import Foundation
import GRDB
public import OTLP

/// Reads a corpus's export requests one after the other, in their order, a block in memory at a
/// time.
///
/// Each is checked against its SHA-256; where timestamps or ids are rewritten, against the checksum
/// of what is left of it without.
public struct RequestCursor: ~Copyable {
    private let reader: CorpusReader
    private let mapping: TimestampMapping
    private let ids: IdentifierMapping
    private var blocks: ArraySlice<BlockSummary>
    private var contents: BlockContents?
    private var digests: ArraySlice<Data> = []

    /// A cursor before the first request of the given blocks, or of all, whose timestamps are to be
    /// moved as `mapping` says and whose ids are to be renamed as `ids` says.
    /// - Throws: ``CorpusError`` when the file can't be read.
    public init(
        _ reader: CorpusReader,
        blocks: [BlockSummary]? = nil,
        mapping: TimestampMapping = .keep,
        ids: IdentifierMapping = .keep
    ) throws(CorpusError) {
        self.reader = reader
        self.mapping = mapping
        self.ids = ids
        self.blocks = if let blocks { blocks[...] } else { try reader.blocks()[...] }
    }

    /// The next request with its number, or nil after the last.
    /// - Throws: ``CorpusError`` when the corpus is damaged.
    public mutating func next() throws(CorpusError) -> (number: Int64, request: ExportRequest)? {
        while true {
            if let (header, request) = try contents?.nextRequest() {
                guard isIntact(request, header) else {
                    throw .damagedRequest(path: reader.path, request: header.number)
                }
                return (header.number, request)
            }
            guard let block = blocks.popFirst() else { return nil }
            digests = try reader.digests(of: block)[...]
            contents = try reader.contents(of: block, mapping: mapping, ids: ids)
        }
    }

    private mutating func isIntact(_ request: ExportRequest, _ header: RequestHeader) -> Bool {
        let digest = digests.popFirst()
        guard mapping.mode != .keep || ids != .keep else {
            return digest == Data(PreparedRequest.sha256(of: request.payload))
        }
        let scan = try? RequestScan(request.signal, payload: request.payload)
        return scan?.skeletonCRC32(of: request.payload) == header.skeletonCRC32
    }
}

extension CorpusReader {
    /// The SHA-256 of each of a block's payloads.
    func digests(of block: BlockSummary) throws(CorpusError) -> [Data] {
        try CorpusError.wrapping(path) {
            try database.read { database in
                try Data.fetchAll(
                    database.cachedStatement(
                        sql: "SELECT sha256 FROM requests WHERE id >= ? ORDER BY id LIMIT ?"
                    ),
                    arguments: [block.firstRequest, block.requestCount]
                )
            }
        }
    }
}
