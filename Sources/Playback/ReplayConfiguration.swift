public import CorpusStore
public import OTLP

/// How a corpus is replayed.
public struct ReplayConfiguration: Sendable {
    /// How fast.
    public var speed: PlaybackSpeed
    /// What becomes of timestamps.
    public var timestamps: TimestampMode
    /// How many export requests may be under way at a time; past it the replay waits and is late.
    public var maximumInFlight: Int
    /// How long a request is retried.
    public var retryFor: Duration
    /// When to begin; at once without.
    public var startAt: Timestamp?

    /// The recording's own speed, shifted to now.
    public init(
        speed: PlaybackSpeed = .scaled(.recorded),
        timestamps: TimestampMode = .shift,
        maximumInFlight: Int = 256,
        retryFor: Duration = .seconds(30),
        startAt: Timestamp? = nil
    ) {
        self.speed = speed
        self.timestamps = timestamps
        self.maximumInFlight = maximumInFlight
        self.retryFor = retryFor
        self.startAt = startAt
    }
}
