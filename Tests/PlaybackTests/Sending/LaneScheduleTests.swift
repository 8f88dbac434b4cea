import CorpusStore
import Latency
import NIOCore
import NIOPosix
import OTLP
import OTLPTransport
import Synchronization
import TestSupport
import Testing

@testable import Playback

@Suite("LaneSchedule")
struct LaneScheduleTests {
    /// Deals requests that are due so long after the start to a lane, and has it play.
    private func play(
        _ dues: [Duration],
        bytes: Int,
        _ body: (ScriptedServer, Deliveries, ReplayState, Task<Void, Never>) async throws -> Void
    ) async throws {
        try await ScriptedServer.run { _ in
            .accept
        } _: { server, port in
            let lanes = SendingLanes(
                to: try OTLPEndpoint("http://127.0.0.1:\(port)"),
                configuration: .init(connections: dues.count),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton
            )
            let state = ReplayState()
            let bound = InFlightBound(most: dues.count)
            let deliveries = Deliveries(start: .now, state: state, bound: bound)
            let schedule = LaneSchedule(lanes.lanes[0])
            var handover = Handover(
                [schedule],
                connections: nil,
                to: deliveries,
                .scaled(.recorded)
            )
            for (number, due) in dues.enumerated() {
                let request = OutgoingRequest(
                    number: Int64(number),
                    signal: .logs,
                    arrival: Timestamp(unixNanoseconds: UInt64(number)),
                    lap: 0,
                    itemCount: 1,
                    skeletonCRC32: 0,
                    body: ByteBuffer(repeating: UInt8(number), count: bytes)
                )
                #expect(bound.enter())
                handover.deal(request, due: due, now: .now)
                state.ledger.withLock { $0.began(request) }
            }
            #expect(schedule.underWay == dues.count)
            let playing = Task(executorPreference: schedule.lane.executor) {
                await schedule.play(deliveries)
            }
            try await body(server, deliveries, state, playing)
            await bound.waitUntilEmpty()
            #expect(schedule.underWay == 0)
            schedule.finish()
            await playing.value
            await lanes.close()
        }
    }

    @Test("sends each request when it is due, not before", arguments: [100, 100_000])
    func punctual(bytes: Int) async throws {
        let dues: [Duration] = [1, 2, 10, 10, 10, 10, 10, 10, 10, 11, 30].map { .milliseconds($0) }
        try await play(dues, bytes: bytes) { server, deliveries, state, _ in
            await deliveries.bound.waitUntilEmpty()
            #expect(Set(server.taken).count == dues.count)
            state.ledger.withLock { ledger in
                #expect(ledger.total.requests == dues.count)
                #expect((ledger.firstSend ?? .zero) >= .milliseconds(1))
                #expect(ledger.lastSend >= .milliseconds(30))
                #expect(ledger.sendGaps.gaps.count == UInt64(dues.count - 1))
            }
        }
    }

    @Test("fails what is not due yet once its task is cancelled")
    func cancelled() async throws {
        let dues = [Duration](repeating: .seconds(3_600), count: 5)
        try await play(dues, bytes: 10) { server, deliveries, state, playing in
            playing.cancel()
            await deliveries.bound.waitUntilEmpty()
            #expect(server.requests.isEmpty)
            #expect(state.ledger.withLock { $0.failures["cancelled"]?.count } == 5)
        }
    }
}
