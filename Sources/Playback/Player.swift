import AsyncAlgorithms
public import CorpusStore
import Latency
import NIOCore
public import OTLP
public import OTLPTransport
import Synchronization

/// Replays a corpus: each export request at its due time, in the order of arrival, however slowly
/// the backend answers.
///
/// After ``stop()`` no further request is begun, those under way are waited for, and the report says
/// what was not sent.
public struct Player: Sendable {
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

    /// A stop that is asked for is noticed within this time.
    private static let longestSleep: Duration = .milliseconds(100)

    private let configuration: ReplayConfiguration
    private let reader: CorpusReader
    private let sender: OTLPSender
    private let clock: any ReplayClock
    private let wallClock: WallClock
    private let blocks: [BlockSummary]
    private let totals: CorpusTotals
    private let state = ReplayState()

    /// When each request is due.
    public let schedule: Schedule

    /// A replay of the corpus through the sender, which stays the caller's to close.
    /// - Throws: ``PlaybackError/emptyCorpus(path:)``; ``CorpusError`` when the corpus can't be read.
    public init(
        _ reader: CorpusReader,
        to sender: OTLPSender,
        configuration: ReplayConfiguration,
        clock: any ReplayClock,
        wallClock: WallClock
    ) throws {
        self.configuration = configuration
        self.reader = reader
        self.sender = sender
        self.clock = clock
        self.wallClock = wallClock
        blocks = try reader.blocks()
        totals = try reader.totals()
        guard let schedule = Schedule(blocks: blocks, speed: configuration.speed) else {
            throw PlaybackError.emptyCorpus(path: reader.path)
        }
        self.schedule = schedule
    }

    /// How far the replay is at present.
    public var progress: Progress {
        state.ledger.withLock { ledger in
            let total = ledger.total
            let started = state.started.withLock { $0 }
            return Progress(
                elapsed: started.map { $0.duration(to: clock.now) } ?? .zero,
                planned: schedule.plannedDuration,
                totalRequests: totals.requests,
                acceptedRequests: total.requests,
                failedRequests: total.failedRequests,
                inFlight: ledger.inFlight,
                items: total.items,
                bytes: total.bytes,
                latenessP99Milliseconds: ledger.lateness.percentile(99) / .milliseconds(1)
            )
        }
    }

    /// Plays the corpus to its end, once.
    /// - Returns: what became of every request.
    /// - Throws: ``CorpusError`` when a block is damaged.
    public func run() async throws -> ReplayReport {
        let (start, wallStart) = startTime()
        state.started.withLock { $0 = start }
        let mapping = schedule.mapping(configuration.timestamps, start: wallStart)
        // The channel holds one block, while the next is being filled and one is played.
        let filled = AsyncThrowingChannel<FilledBlock, any Error>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await fill(mapping, into: filled) }
            defer { group.cancelAll() }
            try await play(filled, from: start)
        }
        return report()
    }

    /// Ends the replay early and in order.
    public func stop() {
        state.isEnding.store(true, ordering: .relaxed)
    }

    private func startTime() -> (ContinuousClock.Instant, Timestamp) {
        let now = clock.now
        let wallNow = wallClock.timestamp(at: now)
        guard let startAt = configuration.startAt, startAt > wallNow else { return (now, wallNow) }
        let wait = Int64(clamping: startAt.unixNanoseconds - wallNow.unixNanoseconds)
        return (now + .nanoseconds(wait), startAt)
    }

    // MARK: Filling

    private func fill(
        _ mapping: TimestampMapping,
        into filled: AsyncThrowingChannel<FilledBlock, any Error>
    ) async {
        do {
            for block in blocks where !Task.isCancelled {
                let contents = try reader.contents(of: block, mapping: mapping)
                await filled.send(try FilledBlock(contents))
            }
            filled.finish()
        } catch {
            filled.fail(error)
        }
    }

    // MARK: Playing

    private func play(
        _ filled: AsyncThrowingChannel<FilledBlock, any Error>,
        from start: ContinuousClock.Instant
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var underWay = 0
            for try await block in filled {
                for request in block.requests {
                    let due = schedule.due(request.header.arrival)
                    guard try await wait(until: start + (due ?? .zero)) else { return }
                    if underWay >= configuration.maximumInFlight {
                        try await group.next()
                        underWay -= 1
                    }
                    guard !state.isEnding.load(ordering: .relaxed) else { return }
                    state.ledger.withLock { $0.began(request.header) }
                    underWay += 1
                    group.addTask { await deliver(request, due: due, start: start) }
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

    /// Sends a request until it is accepted or given up.
    private func deliver(
        _ request: FilledBlock.Request,
        due: Duration?,
        start: ContinuousClock.Instant
    ) async {
        let header = request.header
        let policy = RetryPolicy(budget: configuration.retryFor)
        let began = clock.now
        var tries = 0
        var wasOnWire = false
        while true {
            let result = await sender.send(header.signal, body: request.body)
            tries += 1
            let answered = start.duration(to: result.answeredAt)
            if let sentAt = result.sentAt, !wasOnWire {
                wasOnWire = true
                state.ledger.withLock {
                    $0.sent(header, at: start.duration(to: sentAt), due: due)
                }
            }
            switch Verdict(result.outcome) {
            case .accepted(let rejected):
                state.ledger.withLock {
                    $0.accepted(
                        header,
                        rejectedItems: rejected,
                        sentAt: start.duration(to: result.sentAt ?? result.answeredAt),
                        answeredAt: answered,
                        due: due
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
                    return fail(header, at: answered, kind: kind, example: example)
                }
                state.ledger.withLock { $0.retried(header, at: answered) }
            case .final(let kind, let example):
                return fail(header, at: answered, kind: kind, example: example)
            }
        }
    }

    private func fail(_ header: RequestHeader, at time: Duration, kind: String, example: String) {
        state.ledger.withLock { $0.failed(header, at: time, kind: kind, example: example) }
    }

    private func report() -> ReplayReport {
        state.ledger.withLock { ledger in
            ReplayReport(
                corpusPath: reader.path,
                corpusDigest: reader.recording.digest ?? "",
                target: sender.endpoint.description,
                configuration: configuration,
                schedule: schedule,
                totals: totals,
                ledger: &ledger
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
