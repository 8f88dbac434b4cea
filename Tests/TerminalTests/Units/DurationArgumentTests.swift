import Terminal
import Testing

@Suite struct DurationArgumentTests {
    @Test(
        "reads numbers with units, and writes them the shortest way",
        arguments: [
            ("60s", .seconds(60), "1m"), ("5m", .seconds(300), "5m"),
            ("1h", .seconds(3_600), "1h"), ("250ms", .milliseconds(250), "250ms"),
            ("1m30s", .seconds(90), "1m30s"), ("1.5s", .milliseconds(1_500), "1s500ms"),
            ("1h1ms20us", .seconds(3_600) + .microseconds(1_020), "1h1ms20us"),
            ("8760h", .seconds(365 * 86_400), "8760h"),
        ] as [(String, Duration, String)]
    )
    func reads(text: String, duration: Duration, written: String) throws {
        let argument = try DurationArgument(parsing: text)
        #expect(argument.duration == duration)
        #expect(argument.description == written)
    }

    @Test(
        "says what is wrong with anything else",
        arguments: [
            ("", .empty), ("60", .noUnit(number: "60")), ("1m30", .noUnit(number: "30")),
            ("5x", .unknownUnit("x", in: "5x")), ("-5s", .negative("-5s")), ("0s", .zero("0s")),
            ("0.0001us", .zero("0.0001us")), ("8761h", .tooLong("8761h")),
            (String(repeating: "9", count: 400) + "s", nil), ("s", .malformed("s")),
            ("1s1m", .malformed("1s1m")), ("1s1s", .malformed("1s1s")), (".s", .malformed(".s")),
            ("1.2.3s", .malformed("1.2.3s")), ("1 s", .noUnit(number: "1")),
            ("٣s", .malformed("٣s")), ("+1s", .malformed("+1s")), ("1e3s", nil),
        ] as [(String, DurationArgumentError?)]
    )
    func refuses(text: String, expected: DurationArgumentError?) {
        let error = #expect(throws: DurationArgumentError.self) {
            try DurationArgument(parsing: text)
        }
        if let expected {
            #expect(error == expected)
        }
    }

    @Test("tells how to write a number without a unit")
    func namesTheFix() {
        #expect(
            DurationArgumentError.noUnit(number: "60").description
                == "60 has no unit: write 60s, 5m or 250ms"
        )
    }

    @Test("takes zero where it is allowed")
    func zero() throws {
        let argument = try DurationArgument(parsing: "0s", allowingZero: true)
        #expect(argument.duration == .zero)
        #expect(argument.description == "0s")
    }
}
