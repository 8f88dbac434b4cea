public import CorpusStore
public import OTLP

/// When each export request of a corpus is due, and how its timestamps move.
///
/// Due times are measured from one start, never from one request to the next, so that errors don't
/// add up.
public struct Schedule: Sendable {
    /// The corpus's first arrival.
    public let origin: Timestamp
    /// Its last arrival.
    public let end: Timestamp
    /// The latest timestamp in it.
    public let latestTime: Timestamp
    /// How fast it is played.
    public let speed: PlaybackSpeed

    /// The schedule of a corpus with the given blocks; nil when there are none.
    public init?(blocks: [BlockSummary], speed: PlaybackSpeed) {
        guard let origin = blocks.map(\.firstArrival).min(),
            let end = blocks.map(\.lastArrival).max(),
            let latestTime = blocks.map(\.latestTime).max()
        else { return nil }
        self.init(origin: origin, end: end, latestTime: latestTime, speed: speed)
    }

    init(origin: Timestamp, end: Timestamp, latestTime: Timestamp, speed: PlaybackSpeed) {
        self.origin = origin
        self.end = end
        self.latestTime = latestTime
        self.speed = speed
    }

    /// How long after the start a request that arrived then is due; nil without a schedule.
    public func due(_ arrival: Timestamp) -> Duration? {
        guard case .scaled(let speed) = speed else { return nil }
        let elapsed = arrival.unixNanoseconds.subtractingReportingOverflow(origin.unixNanoseconds)
        guard !elapsed.overflow, let nanoseconds = Int64(exactly: elapsed.partialValue),
            let scaled = speed.scaled(nanoseconds: nanoseconds)
        else { return .zero }
        return .nanoseconds(scaled)
    }

    /// How long the whole replay is to take; nil without a schedule.
    public var plannedDuration: Duration? { due(end) }

    /// How the corpus's timestamps move in a replay that starts then.
    public func mapping(_ mode: TimestampMode, start: Timestamp) -> TimestampMapping {
        switch (mode, speed) {
        case (.keep, _): .keep
        case (.shift, .scaled(let speed)): mapping(.shift, from: origin, to: start, speed)
        case (.scale, .scaled(let speed)): mapping(.scale, from: origin, to: start, speed)
        // As though the recording had just ended: its last timestamp becomes the start.
        case (_, .maximum): mapping(.constant, from: latestTime, to: start, .recorded)
        }
    }

    private func mapping(
        _ mode: TimestampMapping.Mode,
        from origin: Timestamp,
        to start: Timestamp,
        _ speed: Speed
    ) -> TimestampMapping {
        TimestampMapping(
            mode: mode,
            originUnixNanoseconds: origin.unixNanoseconds,
            startUnixNanoseconds: start.unixNanoseconds,
            speed: speed
        )
    }
}

/// What a replay does with timestamps, as `--timestamps` takes it.
public enum TimestampMode: String, CaseIterable, Sendable {
    /// A trace moves as one rigid body; points move on the scaled axis.
    case shift
    /// Everything moves on the scaled axis; durations shrink with the speed.
    case scale
    /// Timestamps stay as recorded.
    case keep
}
