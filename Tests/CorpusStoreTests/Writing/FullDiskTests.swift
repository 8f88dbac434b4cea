import OTLP
import Synchronization
import TestSupport
import Testing

@testable import CorpusStore

@Suite("Full disk")
struct FullDiskTests {
    /// A disk whose free room the test sets.
    private final class Disk: Sendable {
        let freeBytes = Atomic(1 << 30)
    }

    private func writer(_ path: String, on disk: Disk) throws -> CorpusWriter {
        try CorpusWriter(
            .init(path: path, blockBytes: 20_000),
            clock: WallClock(),
            space: DiskSpace(path: path) { disk.freeBytes.load(ordering: .relaxed) }
        )
    }

    private func requests(_ count: Int) throws -> [ExportRequest] {
        var generator = TelemetryGenerator(seed: 3)
        return try (0..<count).map { _ in try generator.next() }
    }

    @Test("refuses requests while there is no room, and goes on when there is")
    func refusing() async throws {
        let folder = try TemporaryFolder()
        let disk = Disk()
        let writer = try writer(folder.file("a.db"), on: disk)
        let requests = try requests(30)
        for (place, request) in requests.enumerated() {
            let isFull = (10..<20).contains(place)
            disk.freeBytes.store(isFull ? 400_000 : 1 << 30, ordering: .relaxed)
            if isFull {
                await #expect(throws: TelemetryRefusal.full(retryAfter: .seconds(5))) {
                    try await writer.accept(request)
                }
            } else {
                try await writer.accept(request)
            }
        }
        #expect(writer.refusedRequests == 10)
        #expect(try await writer.finish().requests == 20)
        var kept: [[UInt8]] = []
        try CorpusReader(path: folder.file("a.db")).forEachRequest { kept.append($1.payload) }
        #expect(kept == (requests[..<10] + requests[20...]).map(\.payload))
        #expect(try CorpusReader(path: folder.file("a.db")).verify().problems == [])
    }

    @Test("completes the corpus without indexes and says what was refused")
    func finishing() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let disk = Disk()
        let writer = try writer(path, on: disk)
        let requests = try requests(12)
        for request in requests.dropLast(2) { try await writer.accept(request) }
        disk.freeBytes.store(400_000, ordering: .relaxed)
        for request in requests.suffix(2) { try? await writer.accept(request) }
        let error = CorpusError.filledUp(
            path: path,
            keptRequests: 10,
            refusedRequests: 2,
            lacksIndexes: true
        )
        await #expect(throws: error) { try await writer.finish() }
        let reader = try CorpusReader(path: path)
        #expect(reader.recording.isComplete)
        #expect(try reader.verify().problems == [])
    }
}
