import TestSupport
import Testing

@testable import CorpusEditing

@Suite("Key patterns")
struct KeyPatternTests {
    @Test(
        "match whole keys, * standing for any characters or none",
        arguments: [
            ("order.id", "order.id", true), ("order.id", "order.ids", false),
            ("order.id", "xorder.id", false), ("customer.*", "customer.address.city", true),
            ("customer.*", "customer.", true), ("customer.*", "customer", false),
            ("*", "", true), ("*.id", "order.id", true), ("*.id", "order.id.x", false),
            ("a*b*c", "abc", true), ("a*b*c", "a.b.b.c", true), ("a*b*c", "acb", false),
            ("ab*ba", "aba", false), ("**", "x", true), ("größe*", "größe.x", true),
        ]
    )
    func matching(pattern: String, key: String, isMatch: Bool) throws {
        #expect(try KeyPattern(parsing: pattern).matches(Array(key.utf8)) == isMatch)
    }

    @Test("are not empty and have no spaces", arguments: ["", " ", "a b", "a\tb", "a\u{0}"])
    func invalid(pattern: String) {
        #expect(throws: EditingError.invalidKeyPattern(pattern)) {
            try KeyPattern(parsing: pattern)
        }
    }

    @Test("come from a file, a line each, with comments")
    func file() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            Array("# what stays\nhttp.*\r\n\n  order.id # not the customer's\nx#y\n".utf8),
            to: "keys"
        )
        let keys = try RedactionRules.keys(listedIn: path)
        #expect(keys.map(\.description) == ["http.*", "order.id", "x#y"])
        let bad = try folder.write(Array("http.*\norder id\n".utf8), to: "bad")
        #expect {
            try RedactionRules.keys(listedIn: bad)
        } throws: {
            "\($0)".hasPrefix("\(bad): line 2: 'order id' is no key")
        }
        let empty = try folder.write(Array("# none\n".utf8), to: "empty")
        for path in [empty, folder.file("missing"), folder.path] {
            #expect(throws: EditingError.self) { try RedactionRules.keys(listedIn: path) }
        }
    }
}
