import CorpusStore
import Playback
import Testing

@Suite("Playback speed")
struct PlaybackSpeedTests {
    @Test(
        "reads a factor as an exact fraction",
        arguments: [
            ("10x", 10, 1), ("10", 10, 1), ("0.5x", 1, 2), ("1x", 1, 1), ("2.50x", 5, 2),
            ("0.000001", 1, 1_000_000), ("1000000x", 1_000_000, 1),
        ] as [(String, UInt32, UInt32)]
    )
    func factor(text: String, numerator: UInt32, denominator: UInt32) throws {
        let speed = try #require(Speed(numerator: numerator, denominator: denominator))
        #expect(try PlaybackSpeed(parsing: text) == .scaled(speed))
    }

    @Test("reads max")
    func maximum() throws {
        #expect(try PlaybackSpeed(parsing: "max") == .maximum)
    }

    @Test(
        "refuses what is no speed",
        arguments: [
            "", "0", "0x", "0.0", "-1x", "fast", "x", "1.5.2", "1e3", "10xx", "1000001x", ".5",
            "5.", "99999999999999999999", "0.0000001", "+1", "٣x",
        ]
    )
    func invalid(text: String) {
        #expect(throws: PlaybackError.invalidSpeed(text)) { try PlaybackSpeed(parsing: text) }
    }

    @Test("is written as it is read", arguments: ["10x", "0.5x", "1x", "max"])
    func description(text: String) throws {
        #expect(try PlaybackSpeed(parsing: text).description == text)
    }
}
