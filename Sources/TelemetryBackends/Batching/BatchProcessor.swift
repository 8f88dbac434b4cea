import Synchronization

/// Queues items of one signal, up to a bound, and hands them to an export in batches, one at a
/// time.
final class BatchProcessor<Item: Sendable>: Sendable {
    private struct State {
        var schedule: BatchSchedule
        var queue: BatchQueue<Item>
        var counts = SignalCounts()
        /// Items that have left the processor, one way or another, of those it took.
        var settledCount = 0
        var hasEnded = false
        var flushes: [Flush] = []
        var nextFlushID = 0

        var takenCount: Int { counts.emitted - counts.dropped }
    }

    /// Someone who waits until so many items are settled.
    private struct Flush {
        let id: Int
        let target: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private let state: Mutex<State>
    private let scheduleDelay: Duration
    private let clock: TelemetryClock
    /// Holds one element at most: it says that something may be due, not what.
    private let wakeups: AsyncStream<Void>
    private let wakeup: AsyncStream<Void>.Continuation

    init(_ configuration: SignalConfiguration, clock: TelemetryClock) {
        let schedule = BatchSchedule(
            queueSize: configuration.maximumQueueSize,
            batchSize: configuration.maximumBatchSize
        )
        state = Mutex(State(schedule: schedule, queue: BatchQueue(batchSize: schedule.batchSize)))
        scheduleDelay = max(.milliseconds(1), configuration.scheduleDelay)
        self.clock = clock
        (wakeups, wakeup) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    var counts: SignalCounts { state.withLock { $0.counts } }

    // MARK: On the request path

    /// Takes an item, and tells whether there was room for it.
    @discardableResult
    func emit(_ item: Item) -> Bool {
        let admission = state.withLock { state in
            state.counts.emitted += 1
            let admission = state.schedule.admit()
            if admission == .dropped {
                state.counts.dropped += 1
            } else {
                state.queue.append(item)
            }
            return admission
        }
        if admission == .batchComplete {
            wakeup.yield()
        }
        return admission != .dropped
    }

    // MARK: Exporting

    /// Exports until shut down and empty, or until the task is cancelled; what is left then counts
    /// as failed.
    func run(_ export: ([Item]) async -> ExportOutcome) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await self.clock.sleep(self.scheduleDelay)) != nil {
                    self.makeQueuedDue()
                }
            }
            await drain(export)
            group.cancelAll()
        }
        end()
    }

    /// Asks for the export of all that is queued.
    func makeQueuedDue() {
        state.withLock { $0.schedule.makeQueuedDue() }
        wakeup.yield()
    }

    func shutDown() {
        state.withLock { $0.schedule.shutDown() }
        wakeup.yield()
    }

    private func drain(_ export: ([Item]) async -> ExportOutcome) async {
        var wakeups = wakeups.makeAsyncIterator()
        while !Task.isCancelled {
            let (step, batch) = state.withLock { state in
                let step = state.schedule.next()
                return (step, step.isExport ? state.queue.removeBatch() : [])
            }
            switch step {
            case .export(let count):
                settle(count, as: await export(batch))
            case .wait:
                guard await wakeups.next() != nil else { return }
            case .finish:
                return
            }
        }
    }

    private func settle(_ count: Int, as outcome: ExportOutcome) {
        let flushes = state.withLock { state in
            state.counts.add(outcome, itemCount: count)
            state.settledCount += count
            let isDone = state.flushes.partition { $0.target <= state.settledCount }
            defer { state.flushes.removeSubrange(isDone...) }
            return state.flushes[isDone...]
        }
        for flush in flushes {
            flush.continuation.resume()
        }
    }

    private func end() {
        let flushes = state.withLock { state in
            state.schedule.shutDown()
            let abandoned = state.schedule.abandon()
            if abandoned > 0 {
                state.counts.failed += abandoned
                state.counts.lastFailure = "the backends ended before it could be exported"
                state.settledCount += abandoned
            }
            state.queue = BatchQueue(batchSize: state.schedule.batchSize)
            state.hasEnded = true
            defer { state.flushes = [] }
            return state.flushes
        }
        for flush in flushes {
            flush.continuation.resume()
        }
    }

    // MARK: Flushing

    /// Waits until all items taken so far are settled, the processor has ended, or the calling task
    /// is cancelled.
    func flush() async {
        let id = state.withLock { state in
            defer { state.nextFlushID += 1 }
            return state.nextFlushID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    let target = state.takenCount
                    // Looked at under the lock: a cancellation before this found nothing to end.
                    guard !state.hasEnded, state.settledCount < target, !Task.isCancelled else {
                        return false
                    }
                    state.schedule.makeQueuedDue()
                    state.flushes.append(
                        Flush(id: id, target: target, continuation: continuation)
                    )
                    return true
                }
                if waits {
                    wakeup.yield()
                } else {
                    continuation.resume()
                }
            }
        } onCancel: {
            let flush = state.withLock { state in
                state.flushes.firstIndex { $0.id == id }.map { state.flushes.remove(at: $0) }
            }
            flush?.continuation.resume()
        }
    }
}

extension BatchSchedule.Step {
    fileprivate var isExport: Bool {
        if case .export = self { true } else { false }
    }
}

extension SignalCounts {
    fileprivate mutating func add(_ outcome: ExportOutcome, itemCount: Int) {
        exportRequests += 1
        retries += outcome.retries
        switch outcome.result {
        case .accepted:
            exported += itemCount
        case .partiallyAccepted(let rejectedCount, let message):
            let refused = min(max(0, rejectedCount), itemCount)
            exported += itemCount - refused
            rejected += refused
            lastFailure = refused > 0 ? message : lastFailure
        case .failed(let reason):
            failed += itemCount
            lastFailure = reason
        }
    }
}
