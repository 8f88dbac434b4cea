import Terminal
import Testing

@Suite struct QuantityTests {
    @Test(
        "writes bytes in powers of a thousand, with a fraction below a hundred",
        arguments: [
            (0, "0 B"), (850, "850 B"), (999, "999 B"), (1_000, "1.0 kB"), (7_200_000, "7.2 MB"),
            (99_949_999, "99.9 MB"), (99_950_000, "100 MB"), (180_000_000, "180 MB"),
            (999_600_000, "1.0 GB"), (21_600_000_000, "21.6 GB"),
            (Int.max, "9223 PB"),
        ]
    )
    func bytes(count: Int, text: String) {
        #expect(Quantity.bytes(count) == text)
    }

    @Test(
        "sets thousands apart",
        arguments: [
            (0, "0"), (999, "999"), (1_800, "1,800"), (-14_400_000, "-14,400,000"),
            (Int.min, "-9,223,372,036,854,775,808"),
        ]
    )
    func counts(value: Int, text: String) {
        #expect(Quantity.count(value) == text)
    }

    @Test("names what is counted in the singular or the plural")
    func counted() {
        #expect(Quantity.count(1, of: "request") == "1 request")
        #expect(Quantity.count(0, of: "request") == "0 requests")
        #expect(Quantity.count(1_800, of: "request") == "1,800 requests")
    }

    @Test("writes rates with what is counted")
    func rates() {
        #expect(Quantity.rate(100, of: "requests") == "100 requests/s")
        #expect(Quantity.rate(9.54, of: "requests") == "9.5 requests/s")
        #expect(Quantity.rate(1_234.4, of: "items") == "1,234 items/s")
        #expect(Quantity.rate(.nan, of: "items") == "– items/s")
        #expect(Quantity.byteRate(12_340_000) == "12.3 MB/s")
    }

    @Test(
        "rounds a share to a tenth of a per cent, but never to nothing or all",
        arguments: [
            (0, "0 %"), (0.000_01, "<0.1 %"), (0.1234, "12.3 %"), (0.1, "10 %"),
            (0.999_9, ">99.9 %"), (1, "100 %"), (.infinity, "–"),
        ]
    )
    func percentages(share: Double, text: String) {
        #expect(Quantity.percentage(share) == text)
    }

    @Test(
        "writes short times to three digits and long ones to the second",
        arguments: [
            (.zero, "0 s"), (.nanoseconds(85), "85 ns"), (.nanoseconds(73_100), "73.1 µs"),
            (.microseconds(1_530), "1.53 ms"), (.milliseconds(850), "850 ms"),
            (.microseconds(999_900), "1.00 s"), (.milliseconds(6_020), "6.02 s"),
            (.milliseconds(59_990), "1 m 00 s"), (.seconds(62 * 60), "1 h 02 m"),
            (.milliseconds(-12), "-12.0 ms"),
        ] as [(Duration, String)]
    )
    func durations(duration: Duration, text: String) {
        #expect(Quantity.duration(duration) == text)
    }

    @Test("writes whole seconds, days included, without overflow")
    func wholeSeconds() {
        #expect(Quantity.wholeSeconds(.milliseconds(41_600)) == "42 s")
        #expect(Quantity.wholeSeconds(.seconds(185)) == "3 m 05 s")
        #expect(Quantity.wholeSeconds(.seconds(100 * 3_600)) == "4 d 04 h")
        #expect(Quantity.wholeSeconds(.seconds(Int64.max)).hasSuffix(" h"))
        #expect(Quantity.milliseconds(12.345) == "12.3 ms")
        #expect(Quantity.milliseconds(.infinity) == "–")
    }
}
