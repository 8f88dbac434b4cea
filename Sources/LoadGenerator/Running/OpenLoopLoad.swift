import AsyncHTTPClient
import Lifecycle
import NIOCore
import ServiceLifecycle
import Synchronization

/// Sends orders on a schedule, whether or not earlier ones have been answered.
///
/// Response times count from when an order was due, so that they are free of coordinated omission:
/// an order that has to wait for a slot shows it.
public final class OpenLoopLoad: Sendable {
    private struct State {
        var planned = 0
        var start: ContinuousClock.Instant?
        var tally = LoadTally()
    }

    private let configuration: LoadConfiguration
    private let orders: OrderGenerator
    private let state = Mutex(State())

    /// A load that has not begun.
    public init(_ configuration: LoadConfiguration) {
        self.configuration = configuration
        orders = OrderGenerator(seed: configuration.seed)
    }

    /// How the load stands; cheap enough to ask ten times a second.
    public var progress: LoadProgress {
        state.withLock { state in
            LoadProgress(
                elapsed: state.start.map { $0.duration(to: .now) },
                duration: configuration.duration,
                planned: state.planned,
                tally: state.tally
            )
        }
    }

    /// Waits until the service is healthy, sends the orders, and reports once the last of them has
    /// ended.
    ///
    /// A graceful shutdown ends the schedule: orders under way are waited for, at most twice the
    /// request timeout, and those not sent count as missed. Cancellation ends them as well; there
    /// is a report all the same. A second run counts afresh.
    ///
    /// - Throws: ``LoadError`` if the service isn't there, `CancellationError` if the load ends
    ///   before it is.
    public func run() async throws -> LoadReport {
        let eventLoop = HTTPClient.defaultEventLoopGroup.any()
        return try await HTTPClient.withHTTPClient(
            eventLoopGroup: eventLoop,
            configuration: OrderClient.clientConfiguration(configuration)
        ) { httpClient in
            let client = OrderClient(client: httpClient, configuration: configuration)
            try await cancelWhenGracefulShutdown { [configuration] in
                try await client.waitUntilHealthy(within: configuration.startTimeout)
            }
            return await send(with: client, on: EventLoopExecutor(eventLoop))
        }
    }

    private func send(
        with client: OrderClient,
        on executor: EventLoopExecutor
    ) async -> LoadReport {
        let schedule = configuration.schedule
        let planned = schedule.remainingCount
        let line = StartLine(slots: configuration.maxConcurrent)
        let start = ContinuousClock.now
        state.withLock { $0 = State(planned: planned, start: start) }
        await withTaskGroup { group in
            for _ in 0..<min(configuration.maxConcurrent, planned) {
                group.addTask(executorPreference: executor) {
                    await self.work(on: line, with: client)
                }
            }
            group.addTask(executorPreference: executor) {
                await cancelWhenGracefulShutdown {
                    await self.pace(schedule, from: start, on: line, with: executor)
                }
                line.close()
            }
        }
        return state.withLock { state in
            LoadReport(
                planned: state.planned,
                duration: configuration.duration,
                elapsed: start.duration(to: .now),
                tally: state.tally
            )
        }
    }

    /// Gives each order to a worker when it is due; behind schedule, as fast as workers come free.
    private func pace(
        _ schedule: ArrivalSchedule,
        from start: ContinuousClock.Instant,
        on line: StartLine,
        with executor: EventLoopExecutor
    ) async {
        let lastStart = start + configuration.duration + configuration.overtime
        var fullUntil: ContinuousClock.Instant?
        for (index, offset) in schedule.enumerated() {
            let due = start + offset
            try? await executor.eventLoop.sleep(until: due)
            // Waits for an order to end at most, and orders end within bounds.
            let wasFull = await line.waitForSlot()
            let now = ContinuousClock.now
            guard !Task.isCancelled, now < lastStart else { return }
            if wasFull { fullUntil = now }
            // Those that came due behind one that waited have waited too.
            let isLate = fullUntil.map { due <= $0 } ?? false
            line.start(StartLine.Start(index: index, due: due, isLate: isLate))
        }
    }

    private func work(on line: StartLine, with client: OrderClient) async {
        while let order = await line.nextStart() {
            let body = orders.body(ofOrder: order.index)
            let sent = ContinuousClock.now
            state.withLock { state in
                state.tally.start(
                    at: state.start?.duration(to: sent) ?? .zero,
                    lateness: order.due.duration(to: sent),
                    isLate: order.isLate
                )
            }
            let outcome = await client.place(body)
            let ended = ContinuousClock.now
            state.withLock { state in
                state.tally.end(
                    outcome,
                    responseTime: order.due.duration(to: ended),
                    serviceTime: sent.duration(to: ended)
                )
            }
            line.orderEnded()
        }
    }
}
