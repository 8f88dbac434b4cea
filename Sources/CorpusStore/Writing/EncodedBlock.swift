import Foundation
import GRDB
import OTLP

/// A block as its row keeps it.
struct EncodedBlock: Sendable {
    private static let quickLevel: Int32 = 1
    static let sealedLevel: Int32 = 6
    /// While senders are faster than the recorder; costs about a seventh of the ratio.
    private static let hurriedLevel: Int32 = 3
    /// So many full blocks in one commit show that they are.
    private static let hurriedBlocks = 4

    let run: OpenBlock.Run
    let data: [UInt8]
    private let crc32: UInt32
    private let latestTime: UInt64
    private let payloadBytes: Int

    /// Encodes and compresses a run: about 10 ms of a core a megabyte.
    /// - Throws: ``CodecError`` when memory runs out.
    init(_ run: OpenBlock.Run, isHurried: Bool = false, level: Int32 = sealedLevel) throws {
        var anchors: [TraceID: UInt64] = [:]
        anchors.reserveCapacity(run.requests.reduce(0) { $0 + $1.traces.count })
        for placed in run.requests {
            for (trace, entry) in zip(placed.prepared.traces.traces, placed.traces) {
                anchors[trace.id] = entry.anchorUnixNanoseconds
            }
        }
        var encoder = BlockEncoder()
        for placed in run.requests {
            try encoder.append(placed.prepared) { id in
                guard let anchor = anchors[id] else { throw CodecError("a trace has no anchor") }
                return anchor
            }
        }
        self.run = run
        let fullLevel = isHurried ? Self.hurriedLevel : level
        data = try encoder.finish(level: run.isSealed ? fullLevel : Self.quickLevel)
        crc32 = data.withUnsafeBytes { Compression.crc32($0) }
        latestTime = encoder.latestTime
        payloadBytes = encoder.payloadBytes
    }

    /// Encodes runs on all cores.
    static func encode(_ runs: [OpenBlock.Run]) async throws -> [EncodedBlock] {
        let isHurried = runs.count >= hurriedBlocks
        if runs.count == 1 { return [try EncodedBlock(runs[0])] }
        return try await withThrowingTaskGroup(of: (Int, EncodedBlock).self) { group in
            for (index, run) in runs.enumerated() {
                group.addTask { (index, try EncodedBlock(run, isHurried: isHurried)) }
            }
            var blocks = [EncodedBlock?](repeating: nil, count: runs.count)
            for try await (index, block) in group { blocks[index] = block }
            return blocks.compactMap { $0 }
        }
    }

    /// Adds the block's row, which says that its items have none yet.
    func insert(in database: Database) throws {
        var insert = try SQLiteInsert(
            """
            INSERT INTO blocks (first_request, request_count, first_arrival_ns, last_arrival_ns,
                latest_ns, payload_bytes, sealed, indexed, crc32, data)
            VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
            """,
            in: database
        )
        let arrivals = run.requests.map(\.prepared.request.arrival)
        insert.bind(run.firstRequest)
        insert.bind(Int64(run.requests.count))
        insert.bind(arrivals.min()?.stored ?? 0)
        insert.bind(arrivals.max()?.stored ?? 0)
        insert.bind(Int64(latestTime))
        insert.bind(Int64(payloadBytes))
        insert.bind(Int64(run.isSealed ? 1 : 0))
        insert.bind(Int64(crc32))
        let isNew = try data.withUnsafeBytes { bytes in
            insert.bind(blob: bytes)
            return try insert.insert()
        }
        guard isNew else { throw DatabaseError(message: "a block was written twice") }
    }
}
