public import CorpusStore
public import OTLP

/// When each export request of a corpus is due, and how its timestamps move.
///
/// Due times are measured from one start over all laps, never from one request to the next, so that
/// errors don't add up.
public struct Schedule: Sendable {
    /// The instant of the recording that falls on the replay's start.
    public let origin: Timestamp
    /// The last arrival.
    public let end: Timestamp
    /// The latest timestamp.
    public let latestTime: Timestamp
    /// How fast it is played.
    public let speed: PlaybackSpeed
    /// How often it is played.
    public let laps: Int
    /// How long a lap lasts on the recording's clock.
    public private(set) var lap: Duration
    /// The instant of the recording at which a lap's points begin: the laps' stretches of the
    /// recording from here on join without gap or overlap.
    public let beginning: Timestamp

    init(
        origin: Timestamp,
        end: Timestamp,
        latestTime: Timestamp,
        speed: PlaybackSpeed,
        laps: Int = 1,
        lap: Duration = .zero,
        beginning: Timestamp? = nil
    ) {
        self.origin = origin
        self.end = end
        self.latestTime = latestTime
        self.speed = speed
        self.laps = max(1, laps)
        self.lap = max(.zero, lap)
        self.beginning = min(beginning ?? origin, origin)
    }

    /// The schedule of a selection of a recording with the given blocks; nil when there are none.
    ///
    /// A lap lasts as long as the recording did, or as what is selected of it.
    init?(recording: Recording, blocks: [BlockSummary], configuration: ReplayConfiguration) {
        guard let first = blocks.map(\.firstArrival).min(),
            let last = blocks.map(\.lastArrival).max(),
            let latestTime = blocks.map(\.latestTime).max()
        else { return nil }
        let window = configuration.selection.requests.arrivals(firstArrival: first)
        let origin = Timestamp(unixNanoseconds: window.lowerBound)
        let arrived = first.duration(to: last)
        let recorded = recording.ended.map { recording.started.duration(to: $0) } ?? arrived
        let length = max(recorded, arrived)
        let selection = configuration.selection.requests
        let isWhole = selection.from == .zero && (selection.until ?? length) >= length
        self.init(
            origin: origin,
            end: max(origin, min(last, Timestamp(unixNanoseconds: window.upperBound))),
            latestTime: latestTime,
            speed: configuration.speed,
            laps: configuration.laps,
            lap: min(selection.until ?? length, length) - selection.from,
            // Of a whole recording, what came before its first request belongs to the lap.
            beginning: isWhole && recorded >= arrived ? recording.started : origin
        )
    }

    /// The same schedule with laps long enough for a request that arrived then, so that the next
    /// lap's first one and its timestamps come after it.
    func covering(_ arrival: Timestamp) -> Schedule {
        // At a high speed a nanosecond of the recording is none of the replay.
        let step: Int64 =
            switch speed {
            case .scaled(let speed): Int64(speed.numerator / speed.denominator) + 1
            case .maximum: 1
            }
        var schedule = self
        schedule.lap = max(lap, beginning.duration(to: arrival) + .nanoseconds(step))
        return schedule
    }

    /// How long after the start a request that arrived then is due in a lap, counted from 0; nil
    /// without a schedule.
    ///
    /// What lies outside the range of times is due at once.
    public func due(_ arrival: Timestamp, lap number: Int = 0) -> Duration? {
        guard case .scaled(let speed) = speed else { return nil }
        let elapsed =
            Int128(arrival.unixNanoseconds) - Int128(origin.unixNanoseconds) + offset(of: number)
        guard elapsed >= 0, let nanoseconds = Int64(exactly: elapsed),
            let scaled = speed.scaled(nanoseconds: nanoseconds)
        else { return .zero }
        return .nanoseconds(scaled)
    }

    /// How long the whole replay is to take; nil without a schedule.
    public var plannedDuration: Duration? { due(end, lap: laps - 1) }

    /// How the timestamps of a lap, counted from 0, move in a replay that starts then.
    public func mapping(
        _ mode: TimestampMode,
        start: Timestamp,
        lap number: Int = 0
    ) -> TimestampMapping {
        switch (mode, speed) {
        case (.keep, _):
            return .keep
        case (.shift, .scaled(let speed)), (.scale, .scaled(let speed)):
            let offset = Int64(exactly: offset(of: number)).flatMap(speed.scaled(nanoseconds:)) ?? 0
            return TimestampMapping(
                mode: mode == .shift ? .shift : .scale,
                originUnixNanoseconds: origin.unixNanoseconds,
                startUnixNanoseconds: Self.instant(start, Int128(offset)),
                speed: speed
            )
        case (_, .maximum):
            // As though the recording, or its last lap, had just ended: its last timestamp becomes
            // the start.
            return TimestampMapping(
                mode: .constant,
                originUnixNanoseconds: latestTime.unixNanoseconds,
                startUnixNanoseconds: Self.instant(start, -self.offset(of: laps - 1 - number)),
                speed: .recorded
            )
        }
    }

    /// When a lap begins on the recording's clock, in nanoseconds after the first.
    private func offset(of lap: Int) -> Int128 {
        Int128(self.lap.wholeNanoseconds) * Int128(lap)
    }

    private static func instant(_ timestamp: Timestamp, _ offset: Int128) -> UInt64 {
        UInt64(clamping: Int128(timestamp.unixNanoseconds) + offset)
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

extension Timestamp {
    /// The time from this instant to another, negative if that is earlier; saturates.
    func duration(to other: Timestamp) -> Duration {
        let difference = Int128(other.unixNanoseconds) - Int128(unixNanoseconds)
        return .nanoseconds(Int64(clamping: difference))
    }
}
