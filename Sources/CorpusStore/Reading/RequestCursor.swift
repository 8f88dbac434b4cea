import Foundation
import GRDB
import OTLP

/// Reads a corpus's export requests one after the other, in their order, a block in memory at a
/// time; each is checked against its SHA-256.
public struct RequestCursor: ~Copyable {
    private let reader: CorpusReader
    private var blocks: ArraySlice<BlockSummary>
    private var contents: BlockContents?
    private var digests: ArraySlice<Data> = []

    /// A cursor before the first request of the given blocks, or of all.
    /// - Throws: ``CorpusError`` when the file can't be read.
    public init(_ reader: CorpusReader, blocks: [BlockSummary]? = nil) throws(CorpusError) {
        self.reader = reader
        self.blocks = if let blocks { blocks[...] } else { try reader.blocks()[...] }
    }

    /// The next request with its number, or nil after the last.
    /// - Throws: ``CorpusError`` when the corpus is damaged.
    public mutating func next() throws(CorpusError) -> (number: Int64, request: PreparedRequest)? {
        while true {
            if let (header, request) = try contents?.nextRequest() {
                let prepared: PreparedRequest
                do throws(WireError) {
                    prepared = try PreparedRequest(request)
                } catch {
                    throw .damagedRequest(path: reader.path, request: header.number)
                }
                guard digests.popFirst() == Data(prepared.sha256) else {
                    throw .damagedRequest(path: reader.path, request: header.number)
                }
                return (header.number, prepared)
            }
            guard let block = blocks.popFirst() else { return nil }
            digests = try reader.digests(of: block)[...]
            contents = try reader.contents(of: block, mapping: .keep)
        }
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
