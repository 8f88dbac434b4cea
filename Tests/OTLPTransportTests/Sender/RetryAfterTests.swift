import OTLP
import Testing

@testable import OTLPTransport

@Suite("Retry-After")
struct RetryAfterTests {
    // 1994-11-06T08:49:30Z.
    private let now = Timestamp(unixNanoseconds: 784_111_770_000_000_000)

    @Test(
        "reads seconds and each form of date",
        arguments: [
            ("0", Duration.zero),
            (" 120", .seconds(120)),
            ("31536000", .seconds(31_536_000)),
            ("99999999999", RetryAfter.longest),
            ("99999999999999999999999", RetryAfter.longest),
            ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(7)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", .seconds(7)),
            ("Sun Nov  6 08:49:37 1994", .seconds(7)),
            ("Mon, 06 Nov 1995 08:49:30 GMT", .seconds(31_536_000)),
            ("Wed, 01 Mar 1995 00:00:00 GMT", .seconds(9_904_230)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", .zero),
        ]
    )
    func reads(value: String, expected: Duration) {
        #expect(RetryAfter.duration(value, now: now) == expected)
    }

    @Test(
        "ignores anything else",
        arguments: [
            "", "soon", "-1", "1.5", "Sun, 06 Nov 1994 08:49:37", "Sun, 99 Nov 1994 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        ]
    )
    func ignores(value: String) {
        #expect(RetryAfter.duration(value, now: now) == nil)
    }
}
