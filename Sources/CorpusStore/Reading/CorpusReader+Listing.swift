import Foundation
import GRDB
public import OTLP

/// What a corpus lists of an export request beside its block.
public struct RequestListing: Equatable, Sendable {
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
}

/// What tells an export request's payload from others; two with the same payload are equal.
public struct RequestFingerprint: Hashable, Sendable {
    /// The request's number in the corpus, from 1; it doesn't count for equality.
    public let number: Int64
    private let signal: UInt8
    private let sha256: Data

    init(number: Int64, signal: UInt8, sha256: Data) {
        self.number = number
        self.signal = signal
        self.sha256 = sha256
    }

    /// Whether two requests are of one signal and have the same payload.
    public static func == (lhs: RequestFingerprint, rhs: RequestFingerprint) -> Bool {
        lhs.signal == rhs.signal && lhs.sha256 == rhs.sha256
    }

    /// Hashes what counts for equality.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(signal)
        hasher.combine(sha256)
    }
}

extension CorpusReader {
    /// The number of the last export request, 0 where there is none; nil where SQLite finds the
    /// table that lists them damaged.
    /// - Throws: ``CorpusError`` when the file can't be read.
    public func lastRequest() throws(CorpusError) -> Int64? {
        try CorpusError.wrapping(path) {
            try database.read { database in
                let sql = "PRAGMA integrity_check(requests)"
                guard try String.fetchAll(database, sql: sql) == ["ok"] else { return nil }
                return try Int64.fetchOne(
                    database,
                    sql: "SELECT coalesce(max(id), 0) FROM requests HAVING count(*) = max(id) "
                        + "OR count(*) = 0"
                )
            }
        }
    }

    /// The fingerprints of the requests behind a number, at most so many, in their order.
    /// - Throws: ``CorpusError`` when the file can't be read.
    public func fingerprints(
        after number: Int64,
        limit: Int
    ) throws(CorpusError) -> [RequestFingerprint] {
        try CorpusError.wrapping(path) {
            try database.read { database in
                try Row.fetchAll(
                    database.cachedStatement(
                        sql: "SELECT id, signal, sha256 FROM requests WHERE id > ? "
                            + "ORDER BY id LIMIT ?"
                    ),
                    arguments: [number, limit]
                ).map { row in
                    RequestFingerprint(
                        number: try row.decode(atIndex: 0),
                        signal: try row.decode(atIndex: 1),
                        sha256: try row.decode(atIndex: 2)
                    )
                }
            }
        }
    }

    /// Calls `body` with what is listed of each export request, in their order, without reading a
    /// block; about a microsecond a request.
    ///
    /// - Throws: ``CorpusError`` when the file can't be read.
    public func forEachListing(_ body: (RequestListing) -> Void) throws(CorpusError) {
        try CorpusError.wrapping(path) {
            try database.read { database in
                let rows = try Row.fetchCursor(
                    database,
                    sql: "SELECT id, signal, arrival_ns, payload_bytes, items FROM requests "
                        + "ORDER BY id"
                )
                while let row = try rows.next() {
                    guard let signal = Signal(code: try row.decode(atIndex: 1)) else { continue }
                    body(
                        RequestListing(
                            number: try row.decode(atIndex: 0),
                            signal: signal,
                            arrival: Timestamp(stored: try row.decode(atIndex: 2)),
                            payloadBytes: try row.decode(atIndex: 3),
                            itemCount: try row.decode(atIndex: 4)
                        )
                    )
                }
            }
        }
    }
}

extension RequestScan {
    /// The CRC-32 of the scanned payload with timestamps and ids zeroed, as
    /// ``RequestHeader/skeletonCRC32`` has it.
    public func skeletonCRC32(of payload: [UInt8]) -> UInt32 {
        PreparedRequest.skeleton(of: payload, holes: holes)
            .withUnsafeBytes { Compression.crc32($0) }
    }
}
