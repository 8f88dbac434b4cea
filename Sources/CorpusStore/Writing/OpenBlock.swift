import Foundation
import GRDB
import OTLP

/// The end of a recording that is not yet in a full block.
///
/// Each commit writes its requests as a small block at once. When enough of them have come
/// together, they are encoded anew as one full block, and the small ones are deleted in the
/// same transaction: a request is in exactly one block at any time.
struct OpenBlock: Sendable {
    private static let quickLevel: Int32 = 1
    private static let sealedLevel: Int32 = 6

    private let targetBytes: Int
    private var requests: [PreparedRequest] = []
    private var firstRequest: Int64 = 1
    private var sealedBytes = 0
    private var unsealedBytes = 0

    /// How many bytes the blocks take in the file.
    var storedBytes: Int { sealedBytes + unsealedBytes }

    init(targetBytes: Int) {
        self.targetBytes = targetBytes
    }

    /// Writes requests that follow those written before.
    mutating func append(
        _ batch: [PreparedRequest],
        firstRequest batchStart: Int64,
        in database: Database,
        anchor: (TraceID) throws -> UInt64
    ) throws {
        var run = requests + batch
        var runStart = firstRequest
        var isSealing = false
        while let end = Self.fullRun(run, targetBytes) {
            if !isSealing { try deleteSmallBlocks(in: database) }
            isSealing = true
            sealedBytes += try Self.write(
                run[..<end],
                firstRequest: runStart,
                isSealed: true,
                in: database,
                anchor: anchor
            )
            runStart += Int64(end)
            run.removeFirst(end)
        }
        requests = run
        firstRequest = runStart
        // What is left over after sealing came with this batch: an earlier rest was in the run.
        let rest = isSealing ? run[...] : batch[...]
        guard !rest.isEmpty else { return }
        unsealedBytes += try Self.write(
            rest,
            firstRequest: isSealing ? runStart : batchStart,
            isSealed: false,
            in: database,
            anchor: anchor
        )
    }

    /// Seals what is left, full or not.
    mutating func seal(in database: Database, anchor: (TraceID) throws -> UInt64) throws {
        guard !requests.isEmpty else { return }
        try deleteSmallBlocks(in: database)
        sealedBytes += try Self.write(
            requests[...],
            firstRequest: firstRequest,
            isSealed: true,
            in: database,
            anchor: anchor
        )
        firstRequest += Int64(requests.count)
        requests = []
    }

    /// The shortest prefix of a run that fills a block.
    private static func fullRun(_ run: [PreparedRequest], _ targetBytes: Int) -> Int? {
        var bytes = 0
        for (index, prepared) in run.enumerated() {
            bytes += prepared.request.payload.count
            if bytes >= targetBytes { return index + 1 }
        }
        return nil
    }

    private mutating func deleteSmallBlocks(in database: Database) throws {
        try database.execute(sql: "DELETE FROM blocks WHERE sealed = 0")
        unsealedBytes = 0
    }

    private static func write(
        _ run: ArraySlice<PreparedRequest>,
        firstRequest: Int64,
        isSealed: Bool,
        in database: Database,
        anchor: (TraceID) throws -> UInt64
    ) throws -> Int {
        var encoder = BlockEncoder()
        for prepared in run {
            try encoder.append(prepared, anchor: anchor)
        }
        let data = try encoder.finish(level: isSealed ? sealedLevel : quickLevel)
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO blocks (first_request, request_count, first_arrival_ns,
                    last_arrival_ns, latest_ns, payload_bytes, sealed, crc32, data)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        let arrivals = run.map(\.request.arrival)
        try insert.execute(arguments: [
            firstRequest, run.count, arrivals.min()?.stored ?? 0, arrivals.max()?.stored ?? 0,
            Int64(encoder.latestTime), encoder.payloadBytes, isSealed,
            data.withUnsafeBytes { Compression.crc32($0) }, Data(data),
        ])
        return data.count
    }
}
