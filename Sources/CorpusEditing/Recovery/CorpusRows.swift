import CorpusStore
import OTLP

/// The rows of a corpus that recovery looks for, each told by the kinds of its columns.
enum CorpusRows {
    /// A row of `blocks`, without its data.
    struct Block {
        /// The number of its first export request, and how many it holds: what the row says.
        let firstRequest: Int64
        let requestCount: Int64
        let firstArrival: UInt64
        let lastArrival: UInt64
        let payloadBytes: Int64
        let isSealed: Bool
        let crc32: UInt32
        /// Where the block stands in the record.
        let data: Range<Int>

        init?(_ record: RowRecord) {
            let kinds = [.null] + [RowRecord.Kind](repeating: .integer, count: 9) + [.blob]
            guard record.matches(kinds),
                let first = record.integer(1), let count = record.integer(2),
                let firstArrival = record.integer(3), let lastArrival = record.integer(4),
                let payloadBytes = record.integer(6),
                let sealed = record.integer(7), let crc32 = record.integer(9),
                let data = record.columns.last?.range
            else { return nil }
            firstRequest = first
            requestCount = count
            self.firstArrival = UInt64(bitPattern: firstArrival)
            self.lastArrival = UInt64(bitPattern: lastArrival)
            self.payloadBytes = payloadBytes
            isSealed = sealed != 0
            self.crc32 = UInt32(truncatingIfNeeded: crc32)
            self.data = data
        }
    }

    /// A row of `requests`.
    struct Request {
        let id: Int64
        let signal: Signal
        let arrival: UInt64
        let payloadBytes: Int64
        let sha256: [UInt8]
        let transport: OTLPProtocol

        /// The kinds of its columns up to the last one, which older corpora lack.
        private static let kinds: [RowRecord.Kind] =
            [.null] + [RowRecord.Kind](repeating: .integer, count: 6) + [.blob]

        init?(_ record: RowRecord, rowID: Int64) {
            let isWhole = [[], [.null], [.integer]].contains { record.matches(Self.kinds + $0) }
            guard isWhole, rowID > 0,
                let code = record.integer(1), 1...3 ~= code,
                let arrival = record.integer(2), let payloadBytes = record.integer(3),
                let sha256 = record.bytes(7, .blob), sha256.count == 32
            else { return nil }
            id = rowID
            signal = Signal.allCases[Int(code) - 1]
            self.arrival = UInt64(bitPattern: arrival)
            self.payloadBytes = payloadBytes
            self.sha256 = Array(sha256)
            transport = OTLPProtocol(code: record.integer(8))
        }
    }

    /// The row of `recording`.
    struct Recording {
        let started: UInt64
        let ended: UInt64?
        let isComplete: Bool
        let indexed: String
        /// JSON.
        let settings: String
        let digest: String?

        init?(_ record: RowRecord, rowID: Int64) {
            guard record.columns.count == 7, rowID == 1,
                let started = record.integer(1), let complete = record.integer(3),
                let indexed = record.bytes(4, .text), let settings = record.bytes(5, .text)
            else { return nil }
            self.started = UInt64(bitPattern: started)
            ended = record.integer(2).map { UInt64(bitPattern: $0) }
            isComplete = complete == 1
            self.indexed = String(decoding: indexed, as: UTF8.self)
            self.settings = String(decoding: settings, as: UTF8.self)
            let digest = record.bytes(6, .text).map { String(decoding: $0, as: UTF8.self) }
            self.digest = digest.flatMap { $0.hasPrefix("sha256:") ? $0 : nil }
        }
    }
}
