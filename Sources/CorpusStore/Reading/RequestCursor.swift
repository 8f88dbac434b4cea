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
    private var rows: ArraySlice<RequestRow> = []

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
                let row = rows.popFirst()
                guard isIntact(request, header, row) else {
                    throw .damagedRequest(path: reader.path, request: header.number)
                }
                return (header.number, request.arriving(by: row?.transport ?? .httpProtobuf))
            }
            guard let block = blocks.popFirst() else { return nil }
            rows = try reader.rows(of: block)[...]
            contents = try reader.contents(of: block, mapping: mapping, ids: ids)
        }
    }

    private func isIntact(
        _ request: ExportRequest,
        _ header: RequestHeader,
        _ row: RequestRow?
    ) -> Bool {
        guard mapping.mode != .keep || ids != .keep else {
            return row?.sha256 == Data(PreparedRequest.sha256(of: request.payload))
        }
        let scan = try? RequestScan(request.signal, payload: request.payload)
        return scan?.skeletonCRC32(of: request.payload) == header.skeletonCRC32
    }
}

/// The part of a row of `requests` that no block holds.
private struct RequestRow {
    let sha256: Data
    let transport: OTLPProtocol
}

extension CorpusReader {
    /// What the rows of a block's export requests say of them beside the block.
    fileprivate func rows(of block: BlockSummary) throws(CorpusError) -> [RequestRow] {
        try CorpusError.wrapping(path) {
            try database.read { database in
                try Row.fetchAll(
                    database.cachedStatement(
                        sql: "SELECT sha256, \(database.protocolColumn) FROM requests "
                            + "WHERE id >= ? ORDER BY id LIMIT ?"
                    ),
                    arguments: [block.firstRequest, block.requestCount]
                ).map { row in
                    RequestRow(
                        sha256: try row.decode(atIndex: 0),
                        transport: OTLPProtocol(code: try row.decode(atIndex: 1))
                    )
                }
            }
        }
    }
}
