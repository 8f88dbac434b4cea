import Terminal
import Testing

@Suite struct SizeArgumentTests {
    @Test(
        "reads numbers with units, and writes them the shortest way",
        arguments: [
            ("64MiB", 64 << 20, "64MiB"), ("100MB", 100_000_000, "100000000B"),
            ("1kB", 1_000, "1000B"),
            ("1GiB", 1 << 30, "1GiB"), ("2048B", 2_048, "2KiB"), ("1024GiB", 1 << 40, "1024GiB"),
        ]
    )
    func reads(text: String, bytes: Int, written: String) throws {
        let argument = try SizeArgument(parsing: text)
        #expect(argument.bytes == bytes)
        #expect(argument.description == written)
    }

    @Test(
        "says what is wrong with anything else",
        arguments: [
            ("", .malformed("")), ("64", .malformed("64")), ("MiB", .malformed("MiB")),
            ("-1MiB", .malformed("-1MiB")), ("1.5MiB", .malformed("1.5MiB")),
            ("1mb", .malformed("1mb")), ("0B", .zero("0B")), ("1025GiB", .tooLarge("1025GiB")),
            ("99999999999999GB", .tooLarge("99999999999999GB")),
        ] as [(String, SizeArgumentError)]
    )
    func refuses(text: String, expected: SizeArgumentError) {
        #expect(throws: expected) { try SizeArgument(parsing: text) }
    }
}
