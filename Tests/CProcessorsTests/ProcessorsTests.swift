import CProcessors
import NIOCore
import NIOPosix
import Testing

@Suite("Processors")
struct ProcessorsTests {
    /// How many processors a new thread may use after it was kept to a share of them.
    private func usable(share: Int32, of count: Int32) async throws -> Int32 {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let usable = try await group.next().submit {
            keep_to_share(share, count)
            use_short_slices()
            return usable_processors()
        }.get()
        try await group.shutdownGracefully()
        return usable
    }

    @Test("shares out the processors among threads, all of them and none twice")
    func shares() async throws {
        let all = usable_processors()
        #expect(all >= 0)
        for count in 1...max(1, min(all, 4)) {
            var sum: Int32 = 0
            for share in 0..<count { sum += try await usable(share: share, of: count) }
            #expect(sum == all)
        }
    }

    @Test("leaves a thread all of them where there are too few")
    func tooFew() async throws {
        let all = usable_processors()
        #expect(try await usable(share: 0, of: all + 1) == all)
    }
}
