import CorpusStore
import Latency
import OTLP

/// What a replay is to send and when, worked out before it begins.
struct ReplayPlan: Sendable {
    /// What is to be sent in one second of the replay.
    struct Second: Sendable, Equatable {
        var requests = 0
        var items = 0
        var bytes = 0
    }

    /// What is selected, over all laps.
    private(set) var totals = CorpusTotals()
    /// By second of the replay; empty without a schedule.
    private(set) var seconds: [Second] = []
    /// The times between one due request and the next; empty without a schedule.
    private(set) var gaps = LatencyHistogram()
    /// When the last request is due; nil without a schedule.
    private(set) var lastDue: Duration?
    /// How long the selection took to arrive.
    private(set) var recordedDuration: Duration = .zero
    /// When each request is due, in laps that have room for all that is selected.
    let schedule: Schedule

    /// Plans from what the corpus lists of its requests; where it is chosen inside of requests, from the
    /// requests themselves, all of which are decoded for it.
    init(_ source: BlockSource) throws {
        var arrivals: [Timestamp] = []
        let isScheduled = source.schedule.plannedDuration != nil
        var (totals, seconds) = (CorpusTotals(), [Second]())
        func add(_ signal: Signal, _ arrival: Timestamp, items: Int, bytes: Int) {
            totals[signal].requests += 1
            totals[signal].items += items
            totals[signal].payloadBytes += bytes
            arrivals.append(arrival)
            guard isScheduled, let due = source.schedule.due(arrival) else { return }
            let index = min(Int(max(0, due.components.seconds)), Timeline.maximumSeconds)
            while seconds.count <= index { seconds.append(Second()) }
            seconds[index].requests += 1
            seconds[index].items += items
            seconds[index].bytes += bytes
        }
        if source.configuration.selection.cutsRequests {
            try source.forEachRequest {
                add($0.signal, $0.arrival, items: $0.itemCount, bytes: $0.payloadBytes)
            }
        } else {
            try source.reader.forEachListing { listing in
                guard source.filter.contains(listing.number, listing.signal, listing.arrival)
                else { return }
                add(
                    listing.signal,
                    listing.arrival,
                    items: listing.itemCount,
                    bytes: listing.payloadBytes
                )
            }
        }
        arrivals.sort()
        schedule = arrivals.last.map(source.schedule.covering) ?? source.schedule
        (self.totals, self.seconds) = (totals, seconds)
        if let first = arrivals.first, let last = arrivals.last {
            recordedDuration = first.duration(to: last)
        }
        if isScheduled { time(arrivals, on: schedule) }
        repeatLaps(of: schedule)
    }

    /// Requests a second at the plan's pace; 0 without a schedule.
    var requestsPerSecond: Double {
        guard let lastDue, lastDue > .zero else { return 0 }
        return Double(totals.requests) / (lastDue / .seconds(1))
    }

    /// The second in which the most requests are due.
    var peak: (second: Int, counts: Second)? {
        seconds.enumerated().max { $0.element.requests < $1.element.requests }
            .map { ($0.offset, $0.element) }
    }

    private mutating func time(_ arrivals: [Timestamp], on schedule: Schedule) {
        var previous: Duration?
        for arrival in arrivals {
            guard let due = schedule.due(arrival) else { continue }
            if let previous { gaps.record(due - previous) }
            previous = due
        }
        lastDue = arrivals.last.flatMap { schedule.due($0, lap: schedule.laps - 1) }
    }

    /// Multiplies the first lap's counts; laps that begin within a second share it roughly.
    private mutating func repeatLaps(of schedule: Schedule) {
        guard schedule.laps > 1 else { return }
        for signal in Signal.allCases {
            totals[signal].requests *= schedule.laps
            totals[signal].items *= schedule.laps
            totals[signal].payloadBytes *= schedule.laps
        }
        let lap = seconds
        for number in 1..<schedule.laps {
            guard let start = schedule.due(schedule.origin, lap: number), !lap.isEmpty else {
                return
            }
            let first = Int(start.components.seconds)
            guard first + lap.count <= Timeline.maximumSeconds else { return }
            while seconds.count < first + lap.count { seconds.append(Second()) }
            for (index, second) in lap.enumerated() {
                seconds[first + index].requests += second.requests
                seconds[first + index].items += second.items
                seconds[first + index].bytes += second.bytes
            }
        }
    }
}
