import Synchronization
import Testing

@testable import TelemetryBackends

@Suite("Batch processor")
struct BatchProcessorTests {
    private func processor(queueSize: Int, batchSize: Int) -> BatchProcessor<Int> {
        var configuration = SignalConfiguration(endpoint: "")
        configuration.maximumQueueSize = queueSize
        configuration.maximumBatchSize = batchSize
        configuration.scheduleDelay = .seconds(3_600)
        return BatchProcessor(configuration, clock: .system())
    }

    private func accepted() -> ExportOutcome { ExportOutcome(result: .accepted, retries: 0) }

    @Test("exports batches in order, one at a time, and counts what it dropped")
    func order() async {
        let processor = processor(queueSize: 5, batchSize: 2)
        let taken = (0..<7).map { processor.emit($0) }
        #expect(taken == [true, true, true, true, true, false, false])
        let batches = Mutex<[[Int]]>([])
        let concurrent = Mutex((current: 0, highest: 0))
        processor.shutDown()
        await processor.run { batch in
            concurrent.withLock { $0 = ($0.current + 1, max($0.highest, $0.current + 1)) }
            await Task.yield()
            concurrent.withLock { $0.current -= 1 }
            batches.withLock { $0.append(batch) }
            return accepted()
        }
        #expect(batches.withLock { $0 } == [[0, 1], [2, 3], [4]])
        #expect(concurrent.withLock { $0.highest } == 1)
        let counts = processor.counts
        #expect(counts.emitted == 7)
        #expect(counts.dropped == 2)
        #expect(counts.exported == 5)
        #expect(counts.exportRequests == 3)
        #expect(!processor.emit(8))
    }

    @Test("flush returns once everything emitted before it is exported")
    func flush() async {
        let processor = processor(queueSize: 100, batchSize: 10)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await processor.run { _ in accepted() } }
            for _ in 0..<13 { processor.emit(0) }
            await processor.flush()
            #expect(processor.counts.exported == 13)
            group.cancelAll()
        }
        await processor.flush()
    }

    @Test("a flush ends with its task, though nothing is exported")
    func cancelledFlush() async {
        let processor = processor(queueSize: 10, batchSize: 10)
        processor.emit(0)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await processor.flush() }
            group.cancelAll()
        }
        #expect(processor.counts.exported == 0)
    }

    @Test("counts what is left as failed when its task is cancelled")
    func cancelled() async {
        let processor = processor(queueSize: 10, batchSize: 4)
        for _ in 0..<7 { processor.emit(0) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await processor.run { _ in
                    withUnsafeCurrentTask { $0?.cancel() }
                    return ExportOutcome(result: .failed(reason: "no"), retries: 2)
                }
            }
        }
        #expect(processor.counts.failed == 7)
        #expect(processor.counts.retries == 2)
        #expect(processor.counts.lastFailure != nil)
    }

    @Test("counts a partial success on both sides, and never more than the batch")
    func partialSuccess() async {
        let processor = processor(queueSize: 10, batchSize: 4)
        for _ in 0..<8 { processor.emit(0) }
        processor.shutDown()
        let rejected = Mutex([1, 99])
        await processor.run { _ in
            let count = rejected.withLock { $0.removeFirst() }
            return ExportOutcome(
                result: .partiallyAccepted(rejectedCount: count, message: "too old"),
                retries: 0
            )
        }
        #expect(processor.counts.exported == 3)
        #expect(processor.counts.rejected == 5)
        #expect(processor.counts.lastFailure == "too old")
    }
}
