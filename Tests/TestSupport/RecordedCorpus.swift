import GRDB
public import CorpusStore
public import OTLP

/// A corpus recorded from given export requests, in a folder of its own.
public struct RecordedCorpus: Sendable {
    /// The folder, which lives as long as this value.
    public let folder: TemporaryFolder
    /// The corpus.
    public let path: String
    /// What the writer counted at the end.
    public let totals: CorpusTotals

    /// Records the requests one after the other.
    public init(
        _ requests: [ExportRequest],
        index: ItemIndex = .all,
        blockBytes: Int = 2 << 20
    ) async throws {
        folder = try TemporaryFolder()
        path = folder.file("test.db")
        let writer = try CorpusWriter(
            .init(path: path, index: index, blockBytes: blockBytes),
            clock: WallClock()
        )
        for request in requests { try await writer.accept(request) }
        totals = try await writer.finish()
    }

    /// A corpus of seeded requests of every shape.
    public init(seed: UInt64, requests count: Int, blockBytes: Int = 2 << 20) async throws {
        var generator = TelemetryGenerator(seed: seed)
        let requests = try (0..<count).map { _ in try generator.next() }
        try await self.init(requests, blockBytes: blockBytes)
    }
}

extension RecordedCorpus {
    /// Zeroes the bytes of the first block only.
    /// - Returns: how many export requests it holds.
    public func damageFirstBlock() throws -> Int {
        try DatabaseQueue(path: path).write { database in
            try database.execute(
                sql: """
                    UPDATE blocks SET data = zeroblob(length(data))
                    WHERE first_request = (SELECT min(first_request) FROM blocks)
                    """
            )
            return try Int.fetchOne(
                database,
                sql: "SELECT request_count FROM blocks ORDER BY first_request"
            ) ?? 0
        }
    }

    /// Zeroes the bytes of every block, so that none matches its checksum.
    public func damageBlocks() throws {
        try DatabaseQueue(path: path).write {
            try $0.execute(sql: "UPDATE blocks SET data = zeroblob(length(data))")
        }
    }
}
