import CorpusStore
import Foundation
import OTLP
import TestSupport
import Testing

@Suite("Corpus statistics")
struct CorpusStatisticsTests {
    @Test("add up, whichever way the items are grouped")
    func sums() async throws {
        let corpus = try await RecordedCorpus(seed: 1, requests: 80)
        let statistics = try CorpusReader(path: corpus.path).statistics()
        #expect(statistics.items.spans == corpus.totals.traces.items)
        #expect(statistics.services.map(\.spans).reduce(0, +) == statistics.items.spans)
        #expect(
            statistics.services.map(\.metricPoints).reduce(0, +) == statistics.items.metricPoints
        )
        #expect(statistics.services.map(\.logRecords).reduce(0, +) == statistics.items.logRecords)
        #expect(statistics.operations.map(\.count).reduce(0, +) == statistics.items.spans)
        #expect(statistics.metrics.map(\.points).reduce(0, +) == statistics.items.metricPoints)
        #expect(statistics.severities.map(\.count).reduce(0, +) == statistics.items.logRecords)
        #expect(statistics.timeline.map(\.items).reduce(0, +) == corpus.totals.items)
        #expect(statistics.services.map(\.name) == ["orders", "payments"])
        #expect(statistics.severities.map(\.severity) == ["INFO"])
    }

    @Test("give sizes that agree with the file")
    func sizes() async throws {
        let corpus = try await RecordedCorpus(seed: 2, requests: 80)
        let statistics = try CorpusReader(path: corpus.path).statistics()
        let attributes = try FileManager.default.attributesOfItem(atPath: corpus.path)
        #expect(statistics.bytes.file == attributes[.size] as? Int)
        #expect(statistics.bytes.payload == corpus.totals.payloadBytes)
        #expect(statistics.bytes.blocks + statistics.bytes.itemTables < statistics.bytes.file)
        #expect(statistics.bytes.jsonEquivalent == corpus.totals.jsonBytes)
        #expect(statistics.compressionRatio > 1)
        #expect(statistics.digest == corpus.totals.digest)
    }

    @Test("of a corpus without requests are zeros")
    func empty() async throws {
        let corpus = try await RecordedCorpus([])
        let statistics = try CorpusReader(path: corpus.path).statistics()
        #expect(statistics.durationSeconds == 0)
        #expect(statistics.compressionRatio == 0)
        #expect(statistics.timeline.isEmpty)
    }
}
