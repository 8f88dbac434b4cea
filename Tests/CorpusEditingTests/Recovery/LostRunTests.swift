import OTLP
import Testing

@testable import CorpusEditing

@Suite("What is said of lost export requests")
struct LostRunTests {
    private static let second: UInt64 = 1_000_000_000

    /// A row of `requests`: its record as SQLite writes it, read again.
    private func row(_ number: Int64, arrival: UInt64) throws -> CorpusRows.Request {
        // The header: NULL, a constant 1, 8 bytes, four constants and 32 bytes.
        var record: [UInt8] = [9, 0, 9, 6, 8, 8, 8, 8, 76]
        record += (0..<8).reversed().map { UInt8(truncatingIfNeeded: arrival >> (8 * $0)) }
        record += [UInt8](repeating: 0, count: 32)
        let columns = try #require(RowRecord(record, recordBytes: record.count))
        return try #require(CorpusRows.Request(columns, rowID: number))
    }

    /// What is said of requests 11 to 13, which those at 10 s and at 40 s are around, where rows
    /// say that they arrived at these seconds; as seconds.
    private func told(
        _ arrivals: [UInt64],
        after: UInt64? = 10,
        before: UInt64? = 40,
        started: UInt64? = nil,
        ended: UInt64? = nil
    ) throws -> [UInt64?] {
        var run = LostRun(
            11...13,
            after: after.map { $0 * Self.second },
            before: before.map { $0 * Self.second }
        )
        for (place, arrival) in arrivals.enumerated() {
            run.take(try row(11 + Int64(place), arrival: arrival * Self.second))
        }
        let loss = run.loss(
            started: started.map { $0 * Self.second },
            ended: ended.map { $0 * Self.second }
        )
        return [loss.from, loss.until].map { $0.map { $0.unixNanoseconds / Self.second } }
    }

    @Test("is as exact as the rows where all are there, in order but for a moment")
    func exact() throws {
        #expect(try told([12, 20, 30]) == [12, 30])
        #expect(try told([12, 30, 29]) == [12, 30])
        #expect(try told([9, 20, 41]) == [9, 41])
    }

    @Test("is what was found around them where a row is missing or far off")
    func inexact() throws {
        #expect(try told([12, 20]) == [10, 40])
        #expect(try told([12, 20, 101]) == [10, 40])
        #expect(try told([12, 20], after: nil, started: 3) == [3, 40])
        #expect(try told([12, 20], before: nil, ended: 99) == [10, 99])
        #expect(try told([12, 20], before: nil) == [10, nil])
    }

    @Test("covers the arrivals around a row that is out of order")
    func disorder() throws {
        #expect(try told([12, 20, 5]) == [5, 40])
        #expect(try told([12, 35, 30]) == [10, 40])
        #expect(try told([12, 20, 45]) == [10, 45])
        #expect(try told([12, 35, 30], before: nil) == [10, nil])
    }
}
