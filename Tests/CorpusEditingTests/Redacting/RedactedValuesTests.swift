import TestSupport
import Testing

@testable import CorpusEditing

@Suite("Redacted values")
struct RedactedValuesTests {
    @Test(
        "are found where a search of all of them finds them, the longest first",
        arguments: 0..<40
    )
    func search(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        // Few letters, so that values begin alike and lie in each other.
        func text(_ lengths: ClosedRange<Int>) -> [UInt8] {
            (0..<Int.random(in: lengths, using: &random)).map { _ in
                UInt8.random(in: 97...98, using: &random)
            }
        }
        let sought = (0..<Int.random(in: 1...60, using: &random)).map { _ in text(1...90) }
        var values = RedactedValues()
        for value in sought {
            value.withUnsafeBytes { values.insert($0, isHashed: false, key: 0) }
        }
        for _ in 0..<30 {
            var subject = text(0...80)
            if Bool.random(using: &random) {
                subject += (sought.randomElement(using: &random) ?? []) + text(0...20)
            }
            let found = subject.withUnsafeBytes { subject in
                var found: [Range<Int>] = []
                while let match = values.firstMatch(in: subject, from: found.last?.upperBound ?? 0)
                {
                    found.append(match.range)
                }
                return found
            }
            #expect(found == Self.search(sought, in: subject))
        }
    }

    private static func search(_ values: [[UInt8]], in text: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var offset = 0
        while offset < text.count {
            let rest = text[offset...]
            let best = values.filter { $0.count >= 4 && rest.starts(with: $0.prefix(64)) }
                .max { $0.count < $1.count }
            guard let best else {
                offset += 1
                continue
            }
            found.append(offset..<(best.count > 64 ? text.count : offset + best.count))
            offset = found.last?.upperBound ?? text.count
        }
        return found
    }

    @Test("are many without being lost")
    func many() {
        var values = RedactedValues()
        for number in 0..<20_000 {
            let value = Array("value-\(number)".utf8)
            value.withUnsafeBytes { values.insert($0, isHashed: true, key: number) }
        }
        #expect(values.count == 20_000)
        for number in stride(from: 0, to: 20_000, by: 997) {
            let text = Array("the value-\(number)".utf8)
            let match = text.withUnsafeBytes { values.firstMatch(in: $0, from: 0) }
            #expect(match?.range == 4..<text.count)
            #expect(match?.key == min(number, RedactedValues.unnamedKey))
        }
        let other = Array("the value and another".utf8)
        #expect(other.withUnsafeBytes { values.firstMatch(in: $0, from: 0) } == nil)
    }
}
