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

    /// How long before it is due a request is dealt to a lane: as long as it takes to wake one at
    /// the latest, as a rule.
    private static let usualLead: Duration = .milliseconds(2)

    /// How long before a schedule begins the first block is read at the latest, so that the
    /// schedule is not late from the start.
    private static let shortestLead: Duration = .milliseconds(100)

    /// A time to start at that passed up to so long ago is kept to: the first requests are late.
    static let latestStart: Duration = .seconds(60)

    private let configuration: ReplayConfiguration
    private let source: BlockSource
    private let lanes: SendingLanes
    let clock: any ReplayClock
    /// How long before they are due requests are dealt to the lanes, which send them on time by the
    /// machine's clock; zero where another one counts.
    private let lead: Duration
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
        lead = clock == nil ? Self.usualLead : .zero
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
        if plan.lastDue != nil { lanes.openConnections() }
        let filled = ReadAhead<FilledBlock>(capacityBytes: configuration.readAheadBytes)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: lanes.readingExecutor) {
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
        let deliveries = Deliveries(
            start: start,
            state: state,
            bound: InFlightBound(
                most: configuration.maximumInFlight,
                mostFresh: schedule.speed == .maximum ? lanes.busyInFlight : nil
            )
        )
        let schedules = lanes.lanes.map { LaneSchedule($0) }
        try await withThrowingDiscardingTaskGroup { group in
            for schedule in schedules {
                group.addTask(executorPreference: schedule.lane.executor) {
                    await schedule.play(deliveries)
                }
            }
            group.addTask(executorPreference: lanes.lanes[0].executor) {
                defer {
                    for schedule in schedules { schedule.finish() }
                    deliveries.finish()
                }
                do {
                    try await handOver(filled, to: schedules, of: deliveries)
                } catch {
                    await drain(deliveries)
                    throw error
                }
                await drain(deliveries)
            }
            for await unsettled in deliveries.unsettled {
                let executor = unsettled.delivery.lane.deliveryExecutor
                group.addTask(executorPreference: executor) {
                    await settle(unsettled, of: deliveries)
                }
            }
        }
    }

    /// Waits until nothing is under way; when the task is cancelled, that is ended at once.
    private func drain(_ deliveries: Deliveries) async {
        await withTaskCancellationHandler {
            await deliveries.bound.waitUntilEmpty()
        } onCancel: {
            lanes.abandon()
        }
    }

    /// Hands each request over to a lane when it is nearly due and may be under way.
    private func handOver(
        _ filled: ReadAhead<FilledBlock>,
        to schedules: [LaneSchedule],
        of deliveries: Deliveries
    ) async throws {
        var pace = Pace(start: deliveries.start)
        var handover = Handover(
            schedules,
            connections: lanes.connectionsPerLane,
            to: deliveries,
            schedule.speed
        )
        while let block = try await next(filled) {
            try Task.checkCancellation()
            for request in block.requests {
                while !deliveries.bound.enter() {
                    handover.flush()
                    try await waitForRoom(deliveries.bound)
                }
                let planned = schedule.due(request.arrival, lap: request.lap)
                if !goesOnAtOnce(planned, pace) {
                    var goesOn = false
                    // Its place is given back where it is not sent, for others wait until all are.
                    defer {
                        if !goesOn {
                            handover.flush()
                            deliveries.bound.leave()
                        }
                    }
                    goesOn = try await wait(until: planned, on: &pace)
                    guard goesOn else { return }
                }
                let due = planned.flatMap(pace.instant).map { deliveries.start.duration(to: $0) }
                if let due, lead > .zero {
                    handover.deal(request, due: due, now: clock.now)
                } else {
                    handover.add(request, due: due, now: clock.now)
                }
                // Afterwards, since it takes time; in the schedule's order all the same.
                state.ledger.withLock { $0.began(request) }
            }
            // None of them waits for the next block.
            handover.flush()
        }
    }

    /// Waits for places among the requests under way.
    ///
    /// Without a schedule, for as many as leave the connections enough to do meanwhile, so that
    /// this task is woken once for all of them.
    private func waitForRoom(_ bound: InFlightBound) async throws {
        let spare = min(bound.mostFresh / 2, bound.mostFresh - lanes.fewestConnections)
        let places = schedule.speed == .maximum ? max(1, spare) : 1
        await withTaskCancellationHandler {
            await bound.waitForRoom(for: places)
        } onCancel: {
            bound.release()
        }
        try Task.checkCancellation()
    }

    /// Whether a request is due and nothing else is asked for: without a schedule, nearly always.
    private func goesOnAtOnce(_ due: Duration?, _ pace: Pace) -> Bool {
        due == nil && !pace.isPaused && !state.isAsked.load(ordering: .relaxed)
            && !state.isEnding.load(ordering: .relaxed)
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

    /// Waits until a request with a time of the schedule, if there is one, is to be handed over.
    /// - Returns: whether the replay goes on.
    private func wait(
        until due: Duration?,
        on pace: inout Pace
    ) async throws -> Bool {
        while !state.isEnding.load(ordering: .relaxed) {
            if state.isAsked.exchange(false, ordering: .acquiring) { carryOut(on: &pace) }
            let now = clock.now
            let instant = pace.instant(of: due ?? .zero)
            let ready = instant.map { $0 - lead }
            if let ready, due == nil || now >= ready { return true }
            let latest = now + Self.longestSleep
            try await clock.sleep(until: min(ready ?? latest, latest))
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

    /// Sends a request until it is accepted or given up.
    private func settle(_ unsettled: Deliveries.Unsettled, of deliveries: Deliveries) async {
        let (delivery, start) = (unsettled.delivery, deliveries.start)
        let request = delivery.request
        let policy = RetryPolicy(budget: configuration.retryFor)
        var tries = 0
        var (wasOnWire, isRetried) = (false, false)
        var triedBefore = unsettled.result
        while true {
            let result: SendResult
            if let before = triedBefore.take() {
                result = before
            } else {
                result = await delivery.lane.sender(for: request.signal)
                    .send(request.signal, body: request.body)
            }
            tries += 1
            let answered = start.duration(to: result.answeredAt)
            if let sentAt = result.sentAt, !wasOnWire {
                wasOnWire = true
                let sent = start.duration(to: sentAt)
                state.ledger.withLock {
                    $0.sent(request, number: delivery.number, at: sent, due: delivery.due)
                }
            }
            func fail(_ kind: String, _ example: String) {
                deliveries.fail(
                    delivery,
                    wasOnWire: wasOnWire,
                    wasRetried: isRetried,
                    at: answered,
                    kind: kind,
                    example: example
                )
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
                return deliveries.leave(delivery, wasRetrying: isRetried)
            case .retryable(let retryAfter, let kind, let example):
                let delay = policy.delay(
                    tries: tries,
                    elapsed: delivery.began.duration(to: clock.now),
                    retryAfter: retryAfter,
                    jitter: .random(in: 0...1)
                )
                if delay != nil, !isRetried {
                    isRetried = true
                    deliveries.bound.retry()
                }
                guard let delay, !state.isEnding.load(ordering: .relaxed),
                    (try? await wait(until: clock.now + delay)) == true
                else { return fail(kind, example) }
                state.ledger.withLock { $0.retried(request, at: answered) }
            case .final(let kind, let example):
                return fail(kind, example)
            }
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
