import TestSupport
import Testing

@testable import CorpusEditing

@Suite("Alignment of two sequences")
struct SequenceAlignmentTests {
    private func steps(_ a: String, _ b: String, window: Int = 16) throws -> String {
        var (first, second) = (a.makeIterator(), b.makeIterator())
        var alignment = SequenceAlignment(
            window: window,
            { first.next() },
            { second.next() }
        )
        var text = ""
        while let step = try alignment.next() {
            switch step {
            case .same(let element): text += "\(element)"
            case .changed(let a, let b): text += "(\(a)|\(b))"
            case .onlyFirst(let a): text += "-\(a)"
            case .onlySecond(let b): text += "+\(b)"
            }
        }
        return text
    }

    @Test("tells what was inserted, removed and changed")
    func steps() throws {
        #expect(try steps("abc", "abc") == "abc")
        #expect(try steps("abcd", "acd") == "a-bcd")
        #expect(try steps("acd", "abcd") == "a+bcd")
        #expect(try steps("abcd", "axcd") == "a(b|x)cd")
        #expect(try steps("abc", "") == "-a-b-c")
        #expect(try steps("", "") == "")
        #expect(try steps("ab", "xyz") == "(a|x)(b|y)+z")
    }

    @Test("accounts for every element of both, whatever the window", arguments: [2, 3, 8, 64])
    func everything(window: Int) throws {
        var random = SeededGenerator(seed: UInt64(window))
        for _ in 0..<50 {
            let a = (0..<40).map { _ in Int.random(in: 0...20, using: &random) }
            let b = a.filter { _ in Int.random(in: 0...4, using: &random) > 0 } + [7]
            var (first, second) = (a.makeIterator(), b.makeIterator())
            var alignment = SequenceAlignment(
                window: window,
                { first.next() },
                { second.next() }
            )
            var (left, right): ([Int], [Int]) = ([], [])
            while let step = try alignment.next() {
                switch step {
                case .same(let element):
                    left.append(element)
                    right.append(element)
                case .changed(let a, let b):
                    left.append(a)
                    right.append(b)
                case .onlyFirst(let a): left.append(a)
                case .onlySecond(let b): right.append(b)
                }
            }
            #expect(left == a)
            #expect(right == b)
        }
    }
}
