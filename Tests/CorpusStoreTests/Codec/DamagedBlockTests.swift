import OTLP
import TestSupport
import Testing

@testable import CorpusStore

@Suite("Damaged blocks")
struct DamagedBlockTests {
    private func block(seed: UInt64, requests count: Int = 5) throws -> [UInt8] {
        var generator = TelemetryGenerator(seed: seed)
        return try encode((0..<count).map { _ in try generator.next() })
    }

    private func decodesOrThrowsTyped(_ block: [UInt8], library: Compression = .inUse) throws {
        do {
            _ = try decode(block, count: 5, ids: .fresh(seed: 1), library: library)
        } catch is CodecError {
            return
        }
    }

    @Test(
        "are answered with a typed error, by either library",
        arguments: UInt64(1)...10,
        Compression.available
    )
    func damage(seed: UInt64, library: Compression) throws {
        let block = try block(seed: seed)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var damaged = block
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                damaged[.random(in: 0..<damaged.count, using: &random)] =
                    .random(in: 0...255, using: &random)
            }
            damaged.removeLast(.random(in: 0...20, using: &random))
            try decodesOrThrowsTyped(damaged, library: library)
        }
    }

    @Test("are answered with a typed error where only a column is wrong", arguments: UInt64(1)...20)
    func damagedSections(seed: UInt64) throws {
        let sections = try BlockCodec.sections(of: try block(seed: seed), library: .inUse)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var changed = sections
            let place = Int.random(in: 0..<changed.count, using: &random)
            for _ in 0..<4 where !changed[place].bytes.isEmpty {
                let offset = Int.random(in: 0..<changed[place].bytes.count, using: &random)
                changed[place].bytes[offset] = .random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) {
                changed[place].bytes.removeLast(
                    .random(in: 0...min(9, changed[place].bytes.count), using: &random)
                )
            }
            try decodesOrThrowsTyped(BlockCodec.block(of: changed))
        }
    }

    @Test("are refused where a section is missing, whichever")
    func missingSections() throws {
        let sections = try BlockCodec.sections(of: try block(seed: 4), library: .inUse)
        for index in sections.indices {
            var rest = sections
            rest.remove(at: index)
            #expect(throws: CodecError.self) {
                try decode(BlockCodec.block(of: rest), count: 5)
            }
        }
    }

    @Test("can't claim more than their bytes could inflate to")
    func claims() throws {
        var block = try block(seed: 6)
        // The inflated length of the first section.
        block.replaceSubrange(9..<13, with: [0xff, 0xff, 0xff, 0x1f])
        #expect(throws: CodecError.self) { try decode(block, count: 5) }
    }

    @Test("give nothing more after an error")
    func afterAnError() throws {
        var sections = try BlockCodec.sections(of: try block(seed: 7), library: .inUse)
        for index in sections.indices where sections[index].name == "times" {
            sections[index].bytes.removeAll()
        }
        var decoder = try BlockDecoder(BlockCodec.block(of: sections))
        for _ in 0..<5 {
            let row = try decoder.next()
            var payload = [UInt8](repeating: 0, count: row.payloadBytes)
            _ = try? payload.withUnsafeMutableBytes { try decoder.fill(row, into: $0) }
        }
    }
}
