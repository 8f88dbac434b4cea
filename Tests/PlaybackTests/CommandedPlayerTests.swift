import CorpusStore
import NIOPosix
import OTLP
import OTLPTransport
import Playback
import Synchronization
import TestSupport
import Testing

@Suite("Player under command")
struct CommandedPlayerTests {
    /// Replays about a second of requests, and gives each command when the clock has run so long.
    private func play(
        _ commands: [(after: Duration, carryOut: @Sendable (Player) -> Void)]
    ) async throws -> ReplayReport {
        let corpus = try await RecordedCorpus(seed: 41, requests: 40)
        let clock = WatchedClock()
        return try await ScriptedServer.run { _ in
            .accept
        } _: { _, port in
            let lanes = SendingLanes(
                to: try OTLPEndpoint("http://127.0.0.1:\(port)"),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton
            )
            let player = try Player(
                CorpusReader(path: corpus.path),
                to: lanes,
                configuration: settings("1x"),
                clock: clock,
                wallClock: WallClock()
            )
            let done = Mutex(0)
            clock.watch { elapsed in
                let next = done.withLock { done in
                    guard done < commands.count, elapsed >= commands[done].after else {
                        return -1
                    }
                    done += 1
                    return done - 1
                }
                if next >= 0 { commands[next].carryOut(player) }
            }
            let report = try await player.run()
            await lanes.close()
            return report
        }
    }

    @Test("halts and goes on, and tells when")
    func pause() async throws {
        let report = try await play([
            (.milliseconds(300), { $0.obey(.pauseOrResume) }),
            (.seconds(5), { $0.obey(.pauseOrResume) }),
        ])
        #expect(report.complete)
        #expect(report.error == nil)
        #expect(report.events.map(\.what) == ["paused", "resumed"])
        let seconds = report.events.map(\.seconds)
        #expect(seconds[0] < 1)
        #expect(seconds[1] >= 4.5)
        expectIdentity(report)
        #expect(report.text().contains("paused"))
    }

    @Test("changes its speed, and tells which")
    func speed() async throws {
        let report = try await play([
            (.milliseconds(200), { $0.obey(.faster) }),
            (.milliseconds(300), { $0.obey(.slower) }),
            (.milliseconds(400), { $0.obey(.slower) }),
        ])
        #expect(report.complete)
        #expect(report.events.map(\.what) == ["speed 2x", "speed 1x", "speed 0.5x"])
        expectIdentity(report)
    }

    @Test("ends in order while it is halted, and tells what was not sent")
    func stop() async throws {
        let report = try await play([
            (.milliseconds(300), { $0.obey(.pauseOrResume) }),
            (.seconds(3), { $0.stop() }),
        ])
        #expect(!report.complete)
        #expect(report.events.map(\.what) == ["paused", "ended early"])
        #expect(report.total(\.unsentRequests) > 0)
        #expect(report.total(\.failedRequests) == 0)
        expectIdentity(report)
    }
}
