import Testing

@testable import TelemetryBackends

@Suite("Batch schedule")
struct BatchScheduleTests {
    @Test("exports a batch as soon as it is complete, and leaves the rest waiting")
    func complete() {
        var schedule = BatchSchedule(queueSize: 10, batchSize: 3)
        #expect(schedule.admit() == .queued)
        #expect(schedule.admit() == .queued)
        #expect(schedule.next() == .wait)
        #expect(schedule.admit() == .batchComplete)
        #expect(schedule.admit() == .queued)
        #expect(schedule.next() == .export(count: 3))
        #expect(schedule.next() == .wait)
    }

    @Test("exports an incomplete batch once it is due, and nothing when nothing is queued")
    func due() {
        var schedule = BatchSchedule(queueSize: 10, batchSize: 3)
        schedule.makeQueuedDue()
        #expect(schedule.next() == .wait)
        for _ in 0..<4 { _ = schedule.admit() }
        schedule.makeQueuedDue()
        #expect(schedule.next() == .export(count: 3))
        #expect(schedule.next() == .export(count: 1))
        #expect(schedule.admit() == .queued)
        #expect(schedule.next() == .wait)
    }

    @Test("drops what exceeds the queue, and takes items again once there is room")
    func overflow() {
        var schedule = BatchSchedule(queueSize: 2, batchSize: 2)
        #expect(schedule.admit() == .queued)
        #expect(schedule.admit() == .batchComplete)
        #expect(schedule.admit() == .dropped)
        #expect(schedule.queuedCount == 2)
        #expect(schedule.next() == .export(count: 2))
        #expect(schedule.admit() == .queued)
    }

    @Test("exports what is left on shutdown, takes nothing more, and finishes")
    func shutDown() {
        var schedule = BatchSchedule(queueSize: 10, batchSize: 2)
        for _ in 0..<3 { _ = schedule.admit() }
        schedule.shutDown()
        #expect(schedule.admit() == .dropped)
        #expect(schedule.next() == .export(count: 2))
        #expect(schedule.next() == .export(count: 1))
        #expect(schedule.next() == .finish)
    }

    @Test("tells how many items it abandons")
    func abandon() {
        var schedule = BatchSchedule(queueSize: 10, batchSize: 5)
        for _ in 0..<3 { _ = schedule.admit() }
        schedule.shutDown()
        #expect(schedule.abandon() == 3)
        #expect(schedule.next() == .finish)
    }

    @Test("brings sizes that make no sense into range")
    func sizes() {
        #expect(BatchSchedule(queueSize: 0, batchSize: -1).queueSize == 1)
        #expect(BatchSchedule(queueSize: 0, batchSize: -1).batchSize == 1)
        #expect(BatchSchedule(queueSize: 5, batchSize: 9).batchSize == 5)
    }

    @Test("keeps its queue in step, in order")
    func queue() {
        var queue = BatchQueue<Int>(batchSize: 3)
        for item in 0..<7 { queue.append(item) }
        #expect(queue.removeBatch() == [0, 1, 2])
        queue.append(7)
        #expect(queue.removeBatch() == [3, 4, 5])
        #expect(queue.removeBatch() == [6, 7])
        #expect(queue.removeBatch() == [])
    }
}
