public import CorpusStore
public import OTLP

/// How a corpus is replayed.
public struct ReplayConfiguration: Sendable {
    /// What becomes of trace and span ids, as `--ids` takes it.
    public enum Identifiers: String, CaseIterable, Sendable {
        /// As recorded.
        case keep
        /// Every id is replaced through a seeded bijection, so that references stay consistent.
        case fresh
    }

    /// How fast.
    public var speed: PlaybackSpeed
    /// What becomes of timestamps.
    public var timestamps: TimestampMode
    /// What becomes of ids.
    public var identifiers: Identifiers
    /// The same seed gives the same fresh ids.
    public var identifierSeed: UInt64
    /// How often the corpus is played, end to end, at least once; ids are fresh from the second
    /// lap on.
    public var laps: Int
    /// Which part of the corpus is played.
    public var selection: ReplaySelection
    /// How many export requests may be under way at a time; past it the replay waits and is late.
    public var maximumInFlight: Int
    /// How long a request is retried.
    public var retryFor: Duration
    /// When to begin; at once without.
    public var startAt: Timestamp?
    /// Whether damaged blocks are left out rather than end the replay.
    public var skipsDamagedBlocks: Bool
    /// How much payload is decoded ahead of the schedule, or of the connections without one.
    public var readAheadBytes: Int

    /// Much where a schedule may ask for much at once.
    ///
    /// Without one, what waits only grows cold in the processor's caches: two blocks keep the
    /// connections busy.
    private static func usualReadAheadBytes(_ speed: PlaybackSpeed) -> Int {
        speed == .maximum ? 8_000_000 : 64_000_000
    }

    /// The recording's own speed, shifted to now; what is read ahead depends on the speed unless it
    /// is given.
    public init(
        speed: PlaybackSpeed = .scaled(.recorded),
        timestamps: TimestampMode = .shift,
        identifiers: Identifiers = .keep,
        identifierSeed: UInt64 = 0,
        laps: Int = 1,
        selection: ReplaySelection = ReplaySelection(),
        maximumInFlight: Int = 256,
        retryFor: Duration = .seconds(30),
        startAt: Timestamp? = nil,
        skipsDamagedBlocks: Bool = false,
        readAheadBytes: Int? = nil
    ) {
        self.speed = speed
        self.timestamps = timestamps
        self.identifiers = identifiers
        self.identifierSeed = identifierSeed
        self.laps = max(1, laps)
        self.selection = selection
        self.maximumInFlight = max(1, maximumInFlight)
        self.retryFor = retryFor
        self.startAt = startAt
        self.skipsDamagedBlocks = skipsDamagedBlocks
        self.readAheadBytes = max(1, readAheadBytes ?? Self.usualReadAheadBytes(speed))
    }
}
