import Testing

@testable import Playback

@Suite("Read-ahead")
struct ReadAheadTests {
    @Test("gives back what is put in, in order, and then ends")
    func order() async throws {
        let queue = ReadAhead<Int>(capacityBytes: 100)
        for number in 1...5 { #expect(await queue.put(number, bytes: 20)) }
        queue.finish()
        var found: [Int] = []
        while let number = try await queue.next() { found.append(number) }
        #expect(found == [1, 2, 3, 4, 5])
        #expect(queue.bytes == 0)
    }

    @Test("holds no more than its capacity, save one that is larger alone")
    func capacity() async throws {
        let queue = ReadAhead<Int>(capacityBytes: 50)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 1...200 {
                    guard await queue.put(number, bytes: number % 40 == 0 ? 90 : 20) else { return }
                }
                queue.finish()
            }
            var count = 0
            while let number = try await queue.next() {
                count += 1
                #expect(number == count)
                #expect(queue.bytes <= 90)
            }
            #expect(count == 200)
        }
    }

    @Test("tells a producer that waits that the consumer has gone")
    func closed() async {
        let queue = ReadAhead<Int>(capacityBytes: 10)
        #expect(await queue.put(1, bytes: 10))
        async let second = queue.put(2, bytes: 10)
        queue.close()
        #expect(await !second)
    }

    @Test("passes an error on after what was put in before it")
    func failure() async throws {
        let queue = ReadAhead<Int>(capacityBytes: 10)
        _ = await queue.put(1, bytes: 1)
        queue.finish(throwing: PlaybackError.tooFewRuns(1))
        #expect(try await queue.next() == 1)
        await #expect(throws: PlaybackError.tooFewRuns(1)) { try await queue.next() }
    }
}
