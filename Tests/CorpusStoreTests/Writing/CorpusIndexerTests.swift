import CorpusStore
import Foundation
import GRDB
import OTLP
import TestSupport
import Testing

@Suite("Corpus indexer")
struct CorpusIndexerTests {
    private static let tables = [
        "services", "operations", "metrics", "messages", "trace_ids", "spans", "metric_points",
        "log_records",
    ]

    private func requests() throws -> [ExportRequest] {
        var generator = TelemetryGenerator(seed: 7)
        return try (0..<150).map { _ in try generator.next() }
    }

    /// All rows as text, but the one that says when the recording began; what is kept against that
    /// instant is made absolute.
    private func rows(_ path: String) throws -> [String: [String]] {
        try DatabaseQueue(path: path).read { database in
            let started = try Int64.fetchOne(database, sql: "SELECT started_ns FROM recording") ?? 0
            var rows: [String: [String]] = [:]
            for table in Self.tables {
                let columns =
                    switch table {
                    case "trace_ids": "id, hex(trace_id), anchor_ns * (id > 0)"
                    case "metric_points":
                        "metric_id, time_offset_ns + ?, n, interval_ns, value, count"
                    case "spans":
                        "trace, start_offset_ns + ? * (trace = 0), n, operation_id, duration_ns,"
                            + " status, hex(span_id), hex(parent_span_id)"
                    case "log_records":
                        "trace, time_offset_ns + ? * (trace = 0), n, message_id, hex(span_id)"
                    default: "*"
                    }
                rows[table] = try Row.fetchAll(
                    database,
                    sql: "SELECT \(columns) FROM \(table)",
                    arguments: columns.contains("?") ? [started] : []
                ).map { $0.description }.sorted()
            }
            return rows
        }
    }

    @Test("makes of a corpus without item tables what a recording with them is")
    func equal() async throws {
        let requests = try requests()
        let recorded = try await RecordedCorpus(requests, blockBytes: 20_000)
        let indexed = try await RecordedCorpus(requests, index: .none, blockBytes: 20_000)
        try CorpusIndexer.index(corpusAt: indexed.path, items: .all)
        let (expected, found) = (try rows(recorded.path), try rows(indexed.path))
        let different = Self.tables.filter { found[$0] != expected[$0] }
        #expect(different == [])
        #expect(try CorpusReader(path: indexed.path).verify().problems == [])
        let files = try FileManager.default.contentsOfDirectory(atPath: indexed.folder.path)
        #expect(files.count == 1)
    }

    @Test("fills the tables of spans alone when told to")
    func spans() async throws {
        let corpus = try await RecordedCorpus(try requests(), index: .none)
        try CorpusIndexer.index(corpusAt: corpus.path, items: .spans)
        let statistics = try CorpusReader(path: corpus.path).statistics()
        #expect(statistics.operations.map(\.count).reduce(0, +) == corpus.totals.traces.items)
        #expect(statistics.severities.isEmpty)
        #expect(try CorpusReader(path: corpus.path).verify().problems == [])
    }

    @Test("leaves a corpus alone whose tables are filled")
    func filled() async throws {
        let corpus = try await RecordedCorpus(try requests())
        let error = CorpusError.indexed(path: corpus.path, found: "all")
        #expect(throws: error) {
            try CorpusIndexer.index(corpusAt: corpus.path, items: .all)
        }
        #expect(try CorpusReader(path: corpus.path).verify().problems == [])
    }
}
