import Foundation
import GRDB
import OTLP

/// What checking a corpus found.
public struct CorpusVerification: Equatable, Sendable {
    /// What is wrong and where, a line each; empty when the corpus is whole.
    public internal(set) var problems: [String] = []
    /// How many export requests came back exactly.
    public internal(set) var intactRequests = 0

    /// Whether nothing is wrong.
    public var isIntact: Bool { problems.isEmpty }
}

extension CorpusReader {
    /// Checks SQLite's own integrity, every block's checksum, every payload's SHA-256, every count,
    /// every anchor and the recording's digest.
    ///
    /// Decodes the whole corpus, one block in memory at a time. `onProgress` is told how many
    /// export requests of how many are done. What is wrong with the corpus is returned, not
    /// thrown; a file that can't be read at all throws ``CorpusError``.
    public func verify(
        onProgress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(CorpusError) -> CorpusVerification {
        var verification = CorpusVerification()
        verification.problems += try CorpusError.wrapping(path) { try databaseProblems() }
        let anchors = try CorpusError.wrapping(path) { try database.read(AnchorLookup.init) }
        let blocks = try blocks()
        let total = blocks.reduce(0) { $0 + $1.requestCount }
        var digest = CorpusDigest()
        var next: Int64 = 1
        for block in blocks {
            if block.firstRequest != next {
                verification.problems.append(
                    "block \(block.id) begins with export request \(block.firstRequest), "
                        + "not \(next)"
                )
            }
            next = block.nextRequest
            do {
                try verify(block, anchors, &verification, &digest)
            } catch {
                verification.problems.append("\(CorpusError(error, path: path))")
            }
            onProgress(Int(next) - 1, total)
        }
        if let recorded = recording.digest, verification.isIntact, recorded != digest.text {
            verification.problems.append("the recording's digest is not that of its requests")
        }
        return verification
    }

    private func databaseProblems() throws -> [String] {
        try database.read { database in
            var problems = try String.fetchAll(database, sql: "PRAGMA integrity_check(20)")
                .filter { $0 != "ok" }
                .map { "SQLite: \($0)" }
            problems += try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
                .prefix(20)
                .map { row in
                    let table: String = try row.decode(atIndex: 0)
                    let rowID: Int64? = try row.decode(atIndex: 1)
                    let parent: String = try row.decode(atIndex: 2)
                    return "\(table) row \(rowID ?? 0) refers to a missing row of \(parent)"
                }
            for signal in Signal.allCases {
                let table = signal.itemsName
                let indexes = ItemIndex.allCases.filter { $0.contains(signal) }
                    .map { "'\($0.rawValue)'" }.joined(separator: ", ")
                let sql = """
                    SELECT (SELECT count(*) FROM \(table)),
                        coalesce(sum(iif(blocks.indexed, items, 0)), 0), coalesce(sum(items), 0)
                    FROM blocks JOIN requests ON requests.id >= first_request
                        AND requests.id < first_request + request_count
                    WHERE signal = \(signal.code)
                        AND (SELECT indexed FROM recording) IN (\(indexes))
                    """
                guard let row = try Row.fetchOne(database, sql: sql) else { continue }
                let found: Int = try row.decode(atIndex: 0)
                let fewest: Int = try row.decode(atIndex: 1)
                let most: Int = try row.decode(atIndex: 2)
                // A recorder that was killed may have come to some items of a block.
                if found < fewest || found > most {
                    problems.append(
                        "\(table) has \(found) rows, but the export requests hold \(fewest)"
                    )
                }
            }
            return problems
        }
    }

    private func verify(
        _ block: BlockSummary,
        _ known: AnchorLookup,
        _ verification: inout CorpusVerification,
        _ digest: inout CorpusDigest
    ) throws {
        let rows = try database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT signal, arrival_ns, payload_bytes, items, sha256, json_bytes
                    FROM requests WHERE id >= ? ORDER BY id LIMIT ?
                    """,
                arguments: [block.firstRequest, block.requestCount]
            )
        }
        var contents = try contents(of: block, mapping: .keep)
        var payloadBytes = 0
        for row in rows {
            guard let (header, request) = try contents.nextRequest() else { break }
            payloadBytes += request.payload.count
            let sha256 = PreparedRequest.sha256(of: request.payload)
            digest.add(request.signal, sha256: sha256)
            guard try row.decode(Data.self, forColumn: "sha256") == Data(sha256) else {
                throw CorpusError.damagedRequest(path: path, request: header.number)
            }
            let prepared = try PreparedRequest(request)
            let listed = try ["signal", "arrival_ns", "payload_bytes", "items", "json_bytes"]
                .map { try row.decode(Int64.self, forColumn: $0) }
            let found = [
                Int64(request.signal.code), request.arrival.stored, Int64(request.payload.count),
                Int64(prepared.scan.items.count), Int64(prepared.jsonBytes),
            ]
            guard listed == found, header.skeletonCRC32 == prepared.skeletonCRC32 else {
                verification.problems.append(
                    "\(path): export request \(header.number) is not what its row says of it"
                )
                continue
            }
            verification.intactRequests += 1
        }
        guard payloadBytes == block.payloadBytes else {
            throw damage(block, "it holds \(payloadBytes) bytes, not \(block.payloadBytes)")
        }
        let anchors = contents.anchors
        try database.read { database in
            try verify(anchors, of: block, known, in: database)
        }
    }

    private func verify(
        _ anchors: [(Data, UInt64)],
        of block: BlockSummary,
        _ known: AnchorLookup,
        in database: Database
    ) throws {
        for (id, anchor) in anchors {
            let entry = try known.entry(of: id, in: database)
            guard entry?.anchorUnixNanoseconds == anchor else {
                throw damage(block, "trace \(id.hexadecimal) has another anchor than its row")
            }
        }
    }
}
