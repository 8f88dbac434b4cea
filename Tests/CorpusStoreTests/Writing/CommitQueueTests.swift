import Testing

@testable import CorpusStore

@Suite("Commit queue")
struct CommitQueueTests {
    private func waiter(_ name: String) -> CommitQueue<String>.Waiter {
        .init(element: name) { _ in }
    }

    @Test("lets the first commit and hands over to the first that waits")
    func handover() {
        var queue = CommitQueue<String>(capacityBytes: 100)
        let firstLeads = queue.enqueue(waiter("a"))
        let firstBatch = queue.takeAll().map(\.element)
        let laterLead = [queue.enqueue(waiter("b")), queue.enqueue(waiter("c"))]
        let next = queue.commitEnded()?.element
        let secondBatch = queue.takeAll().map(\.element)
        let nobody = queue.commitEnded()
        let leadsAgain = queue.enqueue(waiter("d"))
        #expect(firstLeads)
        #expect(firstBatch == ["a"])
        #expect(laterLead == [false, false])
        #expect(next == "b")
        #expect(secondBatch == ["b", "c"])
        #expect(nobody == nil)
        #expect(leadsAgain)
    }

    @Test("refuses what exceeds its capacity, save a single large request")
    func capacity() {
        var queue = CommitQueue<String>(capacityBytes: 100)
        let whenEmpty = [queue.admit(bytes: 1_000), queue.admit(bytes: 1)]
        _ = queue.release(bytes: 1_000)
        let later = [60, 60, 40].map { queue.admit(bytes: $0) }
        #expect(whenEmpty == [true, false])
        #expect(later == [true, false, true])
    }

    @Test("lets nothing in once closed")
    func closed() {
        var queue = CommitQueue<String>(capacityBytes: 100)
        let isDrained = queue.close {}
        let admitted = queue.admit(bytes: 1)
        #expect(isDrained)
        #expect(!admitted)
    }

    @Test("says once closed when the last request it holds is released")
    func draining() {
        var queue = CommitQueue<String>(capacityBytes: 100)
        _ = [queue.admit(bytes: 1), queue.admit(bytes: 2)]
        let isDrained = queue.close {}
        let told = [queue.release(bytes: 1).count, queue.release(bytes: 2).count]
        #expect(!isDrained)
        #expect(told == [0, 1])
    }
}
