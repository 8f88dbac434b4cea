public import CorpusStore
import Latency
public import OTLP
import OTLPTransport
import Synchronization

/// Replays a corpus: each export request at its due time, in the order of arrival, however slowly
/// the backend answers.
///
/// After ``stop()`` no further request is begun, those under way are waited for, and the report says
/// what was not sent.
public struct Player: Sendable {
    /// A stop that is asked for is noticed within this time.
    private static let longestSleep: Duration = .milliseconds(100)

    /// How long before a schedule begins the first block is read at the latest, so that the
    /// schedule is not late from the start.
    private static let shortestLead: Duration = .milliseconds(100)

    /// A time to start at that passed up to so long ago is kept to: the first requests are late.
    static let latestStart: Duration = .seconds(60)

    private let configuration: ReplayConfiguration
    private let source: BlockSource
    private let lanes: SendingLanes
    let clock: any ReplayClock
    private let wallClock: WallClock
    let plan: ReplayPlan
    let state = ReplayState()

    /// When each request is due.
    public let schedule: Schedule

    /// A replay of the corpus through the lanes, which stay the caller's to close.
    ///
    /// Reads what the corpus lists of every request, and decodes all of it where a service
    /// or traces are selected.
    /// - Throws: ``PlaybackError/emptyCorpus(path:)``, ``PlaybackError/emptySelection(path:)`` and
    ///   ``PlaybackError/passedStart(secondsAgo:)``; ``CorpusError`` when the corpus can't be read.
    public init(
        _ reader: CorpusReader,
        to lanes: SendingLanes,
        configuration: ReplayConfiguration,
        clock: (any ReplayClock)? = nil,
        wallClock: WallClock
    ) throws {
        self.configuration = configuration
        self.lanes = lanes
        self.clock = clock ?? lanes.clock
        self.wallClock = wallClock
        try configuration.startAt.map { try Self.check(start: $0, now: wallClock.now) }
        let blocks = try reader.blocks()
        guard
            let schedule = Schedule(
                recording: reader.recording,
                blocks: blocks,
                configuration: configuration
            )
        else { throw PlaybackError.emptyCorpus(path: reader.path) }
        var source = try BlockSource(
            reader,
            blocks: blocks,
            schedule: schedule,
            configuration: configuration
        )
        plan = try ReplayPlan(source)
        self.schedule = plan.schedule
        source.schedule = plan.schedule
        self.source = source
        guard plan.totals.requests > 0 else {
            throw PlaybackError.emptySelection(path: reader.path)
        }
    }

    /// What the replay would do, without sending anything.
    public var prediction: ReplayPrediction {
        ReplayPrediction(plan, corpus: .init(source.reader), speed: configuration.speed)
    }

    /// Plays the selection to its end, once.
    ///
    /// A block that is damaged, where those are not to be left out, ends the replay in order.
    /// - Returns: what became of every request, and what kept the replay from going on.
    /// - Throws: `CancellationError`.
    public func run() async throws -> ReplayReport {
        let (start, wallStart) = startTime()
        state.started.withLock { $0 = start }
        state.pace.withLock { $0 = Pace(start: start) }
        let filled = ReadAhead<FilledBlock>(capacityBytes: configuration.readAheadBytes)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await source.run(into: filled, start: wallStart) { block, error in
                    state.ledger.withLock { $0.leftOut.add(block, error) }
                } onDisorder: { count in
                    state.ledger.withLock { $0.outOfOrder = count }
                }
            }
            group.addTask(executorPreference: lanes.lanes[0].executor) {
                defer { filled.close() }
                try await play(filled, from: start)
            }
            try await group.waitForAll()
        }
        return report(startedAt: wallStart)
    }

    /// Ends the replay early and in order.
    public func stop() {
        guard !state.isEnding.exchange(true, ordering: .relaxed) else { return }
        note("ended early")
    }

    /// Checks whether a time to start at can be kept to.
    /// - Throws: ``PlaybackError/passedStart(secondsAgo:)``.
    public static func check(start: Timestamp, now: Timestamp) throws(PlaybackError) {
        let passed = start.duration(to: now)
        guard passed <= latestStart else {
            throw .passedStart(secondsAgo: Int(passed.components.seconds))
        }
    }

    /// When the replay begins: as asked, or at once, but for the time that the first block takes.
    private func startTime() -> (ContinuousClock.Instant, Timestamp) {
        let lead = plan.lastDue == nil ? .zero : max(Self.shortestLead, source.timeToFill() * 2)
        let now = clock.now
        if let startAt = configuration.startAt {
            return (now + wallClock.timestamp(at: now).duration(to: startAt), startAt)
        }
        return (now + lead, wallClock.timestamp(at: now + lead))
    }

    // MARK: Playing

    private func play(
        _ filled: ReadAhead<FilledBlock>,
        from start: ContinuousClock.Instant
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var pace = Pace(start: start)
            var underWay = 0
            var number = 0
            while let block = try await next(filled) {
                for request in block.requests {
                    if underWay >= configuration.maximumInFlight {
                        try await group.next()
                        underWay -= 1
                    }
                    let planned = schedule.due(request.arrival, lap: request.lap)
                    guard try await wait(until: planned, on: &pace, from: start) else { return }
                    let due = planned.flatMap(pace.instant).map { start.duration(to: $0) }
                    state.ledger.withLock { $0.began(request) }
                    let delivery = Delivery(
                        request: request,
                        number: number,
                        due: due,
                        start: start
                    )
                    let lane = lanes.lanes[number % lanes.lanes.count]
                    underWay += 1
                    number += 1
                    group.addTask(executorPreference: lane.deliveryExecutor) {
                        await deliver(delivery, through: lane)
                    }
                }
            }
        }
    }

    /// The next block; nil after the last, and at one that can't be read: what was begun goes on to
    /// its end.
    private func next(_ filled: ReadAhead<FilledBlock>) async throws -> FilledBlock? {
        do {
            return try await filled.next()
        } catch let error where !(error is CancellationError) {
            state.ledger.withLock { $0.error = "\(error)" }
            return nil
        }
    }

    /// Waits until a time of the schedule, if there is one, has come.
    /// - Returns: whether the replay goes on.
    private func wait(
        until due: Duration?,
        on pace: inout Pace,
        from start: ContinuousClock.Instant
    ) async throws -> Bool {
        while !state.isEnding.load(ordering: .relaxed) {
            if state.isAsked.exchange(false, ordering: .acquiring) { carryOut(on: &pace) }
            let now = clock.now
            let instant = pace.instant(of: due ?? .zero)
            if let instant, due == nil || now >= instant { return true }
            let latest = now + Self.longestSleep
            try await clock.sleep(until: min(instant ?? latest, latest))
        }
        return false
    }

    /// Waits until an instant.
    /// - Returns: whether the replay goes on.
    private func wait(until instant: ContinuousClock.Instant) async throws -> Bool {
        while !state.isEnding.load(ordering: .relaxed) {
            let now = clock.now
            guard now < instant else { return true }
            try await clock.sleep(until: min(instant, now + Self.longestSleep))
        }
        return false
    }

    // MARK: Delivering

    private struct Delivery: Sendable {
        let request: OutgoingRequest
        let number: Int
        let due: Duration?
        let start: ContinuousClock.Instant
    }

    /// Sends a request until it is accepted or given up.
    private func deliver(_ delivery: Delivery, through lane: SendingLanes.Lane) async {
        let (request, start) = (delivery.request, delivery.start)
        let policy = RetryPolicy(budget: configuration.retryFor)
        let began = clock.now
        var tries = 0
        var wasOnWire = false
        while true {
            let result = await lane.sender(for: request.signal)
                .send(request.signal, body: request.body)
            tries += 1
            let answered = start.duration(to: result.answeredAt)
            if let sentAt = result.sentAt, !wasOnWire {
                wasOnWire = true
                let sent = start.duration(to: sentAt)
                state.ledger.withLock {
                    $0.sent(request, number: delivery.number, at: sent, due: delivery.due)
                }
            }
            switch Verdict(result.outcome) {
            case .accepted(let rejected):
                state.ledger.withLock {
                    $0.accepted(
                        request,
                        rejectedItems: rejected,
                        sentAt: start.duration(to: result.sentAt ?? result.answeredAt),
                        answeredAt: answered,
                        due: delivery.due
                    )
                }
                return
            case .retryable(let retryAfter, let kind, let example):
                let delay = policy.delay(
                    tries: tries,
                    elapsed: began.duration(to: clock.now),
                    retryAfter: retryAfter,
                    jitter: .random(in: 0...1)
                )
                guard let delay, !state.isEnding.load(ordering: .relaxed),
                    (try? await wait(until: clock.now + delay)) == true
                else {
                    return fail(delivery, wasOnWire, at: answered, kind, example)
                }
                state.ledger.withLock { $0.retried(request, at: answered) }
            case .final(let kind, let example):
                return fail(delivery, wasOnWire, at: answered, kind, example)
            }
        }
    }

    private func fail(
        _ delivery: Delivery,
        _ wasOnWire: Bool,
        at time: Duration,
        _ kind: String,
        _ example: String
    ) {
        state.ledger.withLock { ledger in
            if !wasOnWire { ledger.neverSent(number: delivery.number) }
            ledger.failed(delivery.request, at: time, kind: kind, example: example)
        }
    }

    // MARK: Reporting

    private func report(startedAt start: Timestamp) -> ReplayReport {
        state.ledger.withLock { ledger in
            ReplayReport(
                corpus: .init(source.reader),
                settings: .init(configuration, lanes),
                start: start,
                plan: plan,
                ledger: &ledger
            )
        }
    }
}
