import CorpusEditing
import CorpusStore
import Foundation
import GRDB
import OTLP
import TestSupport
import Testing

@Suite("Indexing")
struct IndexingTests {
    private static let tables = [
        "services", "resources", "attribute_sets", "operations", "metrics", "messages", "trace_ids",
        "spans",
        "metric_points", "log_records",
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
                        "metric_id, time_offset_ns + ?, interval_ns, value, count,"
                            + " attribute_set_id"
                    case "spans":
                        "trace, start_offset_ns + ? * (trace = 0), operation_id, duration_ns,"
                            + " status, hex(span_id), hex(parent_span_id), attribute_set_id"
                    case "log_records":
                        "trace, time_offset_ns + ? * (trace = 0), message_id, hex(span_id),"
                            + " attribute_set_id"
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
        let bare = try await RecordedCorpus(requests, index: .none, blockBytes: 20_000)
        let folder = try TemporaryFolder()
        let path = folder.file("indexed.db")
        _ = try await CorpusCopy.run(
            CorpusReader(path: bare.path),
            into: NewCorpus(path: path, index: .all),
            progress: EditingProgress()
        )
        let (expected, found) = (try rows(recorded.path), try rows(path))
        #expect(Self.tables.filter { found[$0] != expected[$0] } == [])
        #expect(expected.values.allSatisfy { !$0.isEmpty })
    }
}
