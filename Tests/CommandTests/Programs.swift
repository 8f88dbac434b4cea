import Testing

/// All tests that run the built programs, one after the other: each is to have the machine's cores
/// to itself, as its user would.
@Suite("Programs", .serialized)
enum Programs {
    static let names = [
        "corpus-stats", "corpus-tool", "load-test", "order-service", "playback-backend", "record",
        "replay",
        "replay-compare",
    ]
}
