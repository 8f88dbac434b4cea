import NIOCore
import OTLP
import Testing

@testable import Playback

@Suite("Arrival order")
struct ArrivalOrderTests {
    private func requests(_ arrivals: [UInt64]) -> [OutgoingRequest] {
        arrivals.enumerated().map { index, arrival in
            OutgoingRequest(
                number: Int64(index),
                signal: .logs,
                arrival: Timestamp(unixNanoseconds: arrival),
                lap: 0,
                itemCount: 1,
                skeletonCRC32: 0,
                body: ByteBuffer()
            )
        }
    }

    /// Plays blocks of arrivals and returns the order they come out in.
    private func played(_ blocks: [[UInt64]]) -> (order: [[UInt64]], outOfOrder: Int) {
        var order = ArrivalOrder()
        let released = blocks.indices.map { index in
            let next = blocks[(index + 1)...].flatMap { $0 }.min()
            return order.add(
                requests(blocks[index]),
                nextArrival: next.map { Timestamp(unixNanoseconds: $0) }
            ).map(\.arrival.unixNanoseconds)
        }
        return (released, order.outOfOrder)
    }

    @Test("lets a corpus in order through block by block")
    func inOrder() {
        let (released, outOfOrder) = played([[1, 2, 3], [4, 5], [5, 6]])
        #expect(released == [[1, 2, 3], [4, 5], [5, 6]])
        #expect(outOfOrder == 0)
    }

    @Test("puts neighbouring blocks in order and counts what was not")
    func disorder() {
        let (released, outOfOrder) = played([[1, 9, 3], [2, 8], [10]])
        #expect(released.flatMap { $0 } == [1, 2, 3, 8, 9, 10])
        #expect(released[0] == [1])
        #expect(outOfOrder == 3)
    }

    @Test("holds back no more than a few blocks when one lies far behind")
    func bounded() {
        var blocks: [[UInt64]] = (1...20).map { [$0 * 10, $0 * 10 + 1] }
        blocks.append([0])
        let (released, _) = played(blocks)
        #expect(released.flatMap { $0 }.count == 41)
        var held = 0
        for (block, released) in zip(blocks, released) {
            held += block.count - released.count
            #expect(held <= 8)
        }
    }
}
