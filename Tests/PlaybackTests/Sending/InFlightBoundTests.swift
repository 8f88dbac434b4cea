import Testing

@testable import Playback

@Suite("InFlightBound")
struct InFlightBoundTests {
    @Test("lets in as many as it may, and another for each that leaves")
    func bound() {
        let bound = InFlightBound(most: 2)
        #expect(bound.enter())
        #expect(bound.enter())
        #expect(!bound.enter())
        bound.leave()
        #expect(bound.enter())
        #expect(!bound.enter())
    }

    @Test("has a task wait until few enough are under way")
    func waiting() async {
        let bound = InFlightBound(most: 4)
        for _ in 0..<3 { #expect(bound.enter()) }
        await bound.waitForRoom()
        #expect(bound.enter())
        async let waited: Void = bound.waitForRoom(for: 3)
        for _ in 0..<3 { bound.leave() }
        await waited
        #expect(bound.enter())
    }

    @Test("has a task wait until none is under way")
    func emptying() async {
        let bound = InFlightBound(most: 2)
        await bound.waitUntilEmpty()
        for _ in 0..<2 { #expect(bound.enter()) }
        async let waited: Void = bound.waitUntilEmpty()
        for _ in 0..<2 { bound.leave() }
        await waited
        #expect(bound.enter())
    }

    @Test("counts those to be tried again among all, and not among those on their first try")
    func retrying() {
        let bound = InFlightBound(most: 3, mostFresh: 2)
        for _ in 0..<2 { #expect(bound.enter()) }
        #expect(!bound.enter())
        bound.retry()
        #expect(bound.enter())
        bound.retry()
        #expect(!bound.enter())
        bound.leave(wasRetrying: true)
        #expect(bound.enter())
        #expect(!bound.enter())
    }

    @Test("has a task wait no longer once it is released")
    func release() async {
        let bound = InFlightBound(most: 1)
        #expect(bound.enter())
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await bound.waitUntilEmpty()
                return true
            }
            group.addTask {
                // Whether the other one waits already can't be told, so until it has gone on.
                while !Task.isCancelled {
                    bound.release()
                    await Task.yield()
                }
                return false
            }
            for await hasWaited in group where hasWaited { group.cancelAll() }
        }
        #expect(!bound.enter())
    }
}
