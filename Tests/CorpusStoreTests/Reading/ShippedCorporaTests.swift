import CorpusStore
import Foundation
import Testing

@Suite("Shipped corpora")
struct ShippedCorporaTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("corpora")

    private static func corpora() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".db") }
    }

    @Test("are there, whole, and as their page describes them")
    func intact() throws {
        let page = try String(
            contentsOf: Self.folder.appendingPathComponent("README.md"),
            encoding: .utf8
        )
        let names = try Self.corpora()
        #expect(!names.isEmpty)
        for name in names {
            let reader = try CorpusReader(path: Self.folder.appendingPathComponent(name).path)
            #expect(reader.recording.isComplete)
            #expect(try reader.verify().problems == [])
            let digest = try #require(reader.recording.digest)
            #expect(page.contains(name) && page.contains(digest))
            try reader.close()
        }
    }
}
