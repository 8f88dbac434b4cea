import Testing

@testable import OTLPTransport

@Suite("Tap queue")
struct TapQueueTests {
    @Test("holds what is in work against its bounds until it is done with")
    func bounds() async {
        let queue = TapQueue<Int>(limitBytes: 100, limitCount: 3)
        #expect(queue.offer(1, bytes: 60))
        #expect(!queue.offer(2, bytes: 41))
        #expect(queue.offer(3, bytes: 40))
        #expect(await queue.takeAll() == [1, 3])
        #expect(!queue.offer(4, bytes: 1))
        queue.done(bytes: 60)
        #expect(queue.offer(5, bytes: 1))
        #expect(queue.offer(6, bytes: 1))
        #expect(!queue.offer(7, bytes: 1), "three are held")
        #expect(await queue.takeAll() == [5, 6])
    }

    @Test("gives what it has after it is closed, then ends")
    func closing() async {
        let queue = TapQueue<Int>(limitBytes: 100, limitCount: 10)
        #expect(queue.offer(1, bytes: 1))
        queue.close()
        #expect(!queue.offer(2, bytes: 1))
        #expect(await queue.takeAll() == [1])
        #expect(await queue.takeAll() == nil)
    }

    @Test("wakes who waits for an element, or for the end")
    func waking() async {
        let queue = TapQueue<Int>(limitBytes: 100, limitCount: 10)
        async let taken = Self.all(of: queue)
        for number in 0..<50 {
            while !queue.offer(number, bytes: 1) { await Task.yield() }
        }
        queue.close()
        #expect(await taken == Array(0..<50))
    }

    private static func all(of queue: TapQueue<Int>) async -> [Int] {
        var all: [Int] = []
        while let part = await queue.takeAll() {
            all += part
            for _ in part { queue.done(bytes: 1) }
        }
        return all
    }
}
