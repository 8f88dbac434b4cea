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

    /// How long before a schedule begins the first block is read, so that it is not late from the
    /// start.
    private static let lead: Duration = .milliseconds(150)

    private let configuration: ReplayConfiguration
    private let source: BlockSource
    private let lanes: SendingLanes
    private let clock: any ReplayClock
    private let wallClock: WallClock
    private let plan: ReplayPlan
    private let state = ReplayState()

    /// When each request is due.
    public let schedule: Schedule

    /// A replay of the corpus through the lanes, which stay the caller's to close.
    ///
    /// Reads what the corpus lists of every request, and decodes all of it where a service
    /// or traces are selected.
    /// - Throws: ``PlaybackError/emptyCorpus(path:)`` and ``PlaybackError/emptySelection(path:)``;
    ///   ``CorpusError`` when the corpus can't be read.
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
        let blocks = try reader.blocks()
        guard
            let schedule = Schedule(
                recording: reader.recording,
                blocks: blocks,
                configuration: configuration
            )
        else { throw PlaybackError.emptyCorpus(path: reader.path) }
        self.schedule = schedule
        source = try BlockSource(
            reader,
            blocks: blocks,
            schedule: schedule,
            configuration: configuration
        )
        plan = try ReplayPlan(source)
        guard plan.totals.requests > 0 else {
            throw PlaybackError.emptySelection(path: reader.path)
        }
    }

    /// What the replay would do, without sending anything.
    public var prediction: ReplayPrediction {
        ReplayPrediction(plan, corpus: .init(source.reader), speed: configuration.speed)
    }

    /// Plays the selection to its end, once.
    /// - Returns: what became of every request.
    /// - Throws: ``CorpusError`` when a block is damaged and those are not to be left out.
    public func run() async throws -> ReplayReport {
        let (start, wallStart) = startTime()
        state.started.withLock { $0 = start }
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
        state.isEnding.store(true, ordering: .relaxed)
    }

    /// When the replay begins: as asked, or at once, but for the time that the first block takes.
    private func startTime() -> (ContinuousClock.Instant, Timestamp) {
        let now = clock.now
        let wallNow = wallClock.timestamp(at: now)
        if let startAt = configuration.startAt, startAt > wallNow {
            return (now + wallNow.duration(to: startAt), startAt)
        }
        let start = now + (plan.lastDue == nil ? .zero : Self.lead)
        return (start, wallClock.timestamp(at: start))
    }

    // MARK: Playing

    private func play(
        _ filled: ReadAhead<FilledBlock>,
        from start: ContinuousClock.Instant
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var underWay = 0
            var number = 0
            while let block = try await filled.next() {
                for request in block.requests {
                    let due = schedule.due(request.arrival, lap: request.lap)
                    guard try await wait(until: start + (due ?? .zero)) else { return }
                    if underWay >= configuration.maximumInFlight {
                        try await group.next()
                        underWay -= 1
                    }
                    guard !state.isEnding.load(ordering: .relaxed) else { return }
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

extension Player {
    /// How far a replay is.
    public struct Progress: Sendable {
        /// Since its start; negative before.
        public var elapsed: Duration
        /// How long it is to take; nil without a schedule.
        public var planned: Duration?
        /// Export requests in all.
        public var totalRequests: Int
        /// Those answered with success.
        public var acceptedRequests: Int
        /// Those given up.
        public var failedRequests: Int
        /// Those under way.
        public var inFlight: Int
        /// Items accepted.
        public var items: Int
        /// Bytes accepted.
        public var bytes: Int
        /// The lateness that 99 % of the requests don't exceed, in milliseconds.
        public var latenessP99Milliseconds: Double
    }

    /// How far the replay is at present.
    public var progress: Progress {
        let started = state.started.withLock { $0 }
        return state.ledger.withLock { ledger in
            let total = ledger.total
            return Progress(
                elapsed: started.map { $0.duration(to: clock.now) } ?? .zero,
                planned: plan.lastDue,
                totalRequests: plan.totals.requests,
                acceptedRequests: total.requests,
                failedRequests: total.failedRequests,
                inFlight: ledger.inFlight,
                items: total.items,
                bytes: total.bytes,
                latenessP99Milliseconds: ledger.lateness.percentile(99) / .milliseconds(1)
            )
        }
    }
}

/// What the tasks of a replay share.
private final class ReplayState: Sendable {
    let ledger = Mutex(ReplayLedger())
    let started = Mutex<ContinuousClock.Instant?>(nil)
    let isEnding = Atomic<Bool>(false)
}
