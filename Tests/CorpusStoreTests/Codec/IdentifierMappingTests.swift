import OTLP
import TestSupport
import Testing

@testable import CorpusStore

@Suite("Identifier mapping")
struct IdentifierMappingTests {
    private func renamed(_ ids: [UInt64], _ mapping: IdentifierMapping) -> [UInt64] {
        var ids = ids
        ids.withUnsafeMutableBytes { mapping.apply(toSpanIDs: $0) }
        return ids
    }

    @Test("gives distinct ids for distinct ids, the same for the same seed")
    func bijection() {
        let ids = (UInt64(1)...10_000).map { $0 }
        let fresh = renamed(ids, .fresh(seed: 7))
        #expect(Set(fresh).count == ids.count)
        #expect(fresh == renamed(ids, .fresh(seed: 7)))
        #expect(fresh != renamed(ids, .fresh(seed: 8)))
        #expect(renamed(ids, .keep) == ids)
    }

    @Test("leaves an id of zeros and never makes one", arguments: UInt64(0)...50)
    func zero(seed: UInt64) {
        #expect(renamed([0], .fresh(seed: seed)) == [0])
        #expect(!renamed((1...2000).map { $0 }, .fresh(seed: seed)).contains(0))
        var trace = [UInt8](repeating: 0, count: 16)
        trace.withUnsafeMutableBytes { IdentifierMapping.fresh(seed: seed).apply(toTraceIDs: $0) }
        #expect(trace.allSatisfy { $0 == 0 })
    }

    @Test("keeps links, parents, exemplars and log records consistent across blocks and signals")
    func consistency() throws {
        var generator = TelemetryGenerator(seed: 11)
        let requests = try (0..<60).map { _ in try generator.next() }
        let mapping = IdentifierMapping.fresh(seed: 5)
        // Each request in a block of its own: only the id itself can tell what it becomes.
        let fresh = try requests.flatMap {
            try decode(try encode([$0]), count: 1, ids: mapping)
        }
        var newTrace: [[UInt8]: [UInt8]] = [:]
        var newSpan: [[UInt8]: [UInt8]] = [:]
        for (before, after) in zip(requests, fresh) {
            for hole in try RequestScan(before.signal, payload: before.payload).holes
            where !hole.kind.isTime {
                let place = Int(hole.offset)..<(Int(hole.offset) + hole.kind.width)
                let (old, new) = (Array(before.payload[place]), Array(after.payload[place]))
                let isTrace = hole.kind.width == 16
                let known = (isTrace ? newTrace : newSpan)[old]
                #expect(known == nil || known == new)
                if isTrace { newTrace[old] = new } else { newSpan[old] = new }
            }
        }
        #expect(Set(newTrace.values).count == newTrace.count)
        #expect(Set(newSpan.values).count == newSpan.count)
        #expect(newTrace.contains { $0.key != $0.value })
    }
}
