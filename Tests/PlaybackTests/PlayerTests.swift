import CorpusStore
import Logging
import NIOPosix
import OTLP
import OTLPTransport
import Playback
import TestSupport
import Testing

@Suite("Player")
struct PlayerTests {
    /// Replays a corpus to a receiver in front of the sink.
    private func replay(
        _ path: String,
        to sink: some TelemetrySink,
        _ configuration: ReplayConfiguration
    ) async throws -> ReplayReport {
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let receiver = OTLPReceiver(
            sink: sink,
            clock: WallClock(),
            configuration: .init(port: 0),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onListening: { listening.yield($0) }
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await receiver.run() }
            defer { group.cancelAll() }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            return try await replay(path, port: port, configuration)
        }
    }

    private func replay(
        _ path: String,
        port: Int,
        _ configuration: ReplayConfiguration
    ) async throws -> ReplayReport {
        let sender = OTLPSender(endpoint: try OTLPEndpoint("http://127.0.0.1:\(port)"))
        let player = try Player(
            CorpusReader(path: path),
            to: sender,
            configuration: configuration,
            clock: EventLoopClock(eventLoop: MultiThreadedEventLoopGroup.singleton.any()),
            wallClock: WallClock()
        )
        let report = try await player.run()
        await sender.close()
        return report
    }

    private func settings(
        _ speed: String,
        _ timestamps: TimestampMode = .shift,
        retryFor: Duration = .seconds(30)
    ) throws -> ReplayConfiguration {
        ReplayConfiguration(
            speed: try PlaybackSpeed(parsing: speed),
            timestamps: timestamps,
            retryFor: retryFor
        )
    }

    @Test("sends every request unchanged with timestamps kept")
    func keep() async throws {
        var generator = TelemetryGenerator(seed: 1)
        let requests = try (0..<50).map { _ in try generator.next() }
        let corpus = try await RecordedCorpus(requests, blockBytes: 20_000)
        let sink = CollectingSink()
        let report = try await replay(corpus.path, to: sink, settings("max", .keep))
        #expect(Set(sink.requests.map(\.payload)) == Set(requests.map(\.payload)))
        #expect(report.complete)
        for signal in Signal.allCases {
            #expect(report.signals[signal].requests == corpus.totals[signal].requests)
            #expect(report.signals[signal].acceptedItems == corpus.totals[signal].items)
            #expect(report.signals[signal].bytes == corpus.totals[signal].payloadBytes)
        }
        #expect(report.timeline.map(\.requests).reduce(0, +) == 50)
    }

    @Test("keeps durations exactly at any speed", arguments: ["1000x", "1000000x", "max"])
    func durations(speed: String) async throws {
        var generator = TelemetryGenerator(seed: 2)
        let requests = try (0..<20).map { _ in try generator.next(.traces, items: 10) }
        let corpus = try await RecordedCorpus(requests)
        let sink = CollectingSink()
        _ = try await replay(corpus.path, to: sink, settings(speed))
        func durations(_ requests: [ExportRequest]) throws -> [UInt64] {
            try requests.flatMap { request in
                try RequestScan(.traces, payload: request.payload).items
                    .filter { $0.startUnixNanoseconds > 1 && $0.startUnixNanoseconds < 1 << 62 }
                    .map { $0.timeUnixNanoseconds &- $0.startUnixNanoseconds }
            }.sorted()
        }
        #expect(try durations(sink.requests) == durations(requests))
    }

    @Test("gives equal replays equal content digests, whatever the speed and timestamps")
    func contentDigest() async throws {
        let corpus = try await RecordedCorpus(seed: 3, requests: 30)
        let first = try await replay(corpus.path, to: CollectingSink(), settings("max"))
        let second = try await replay(corpus.path, to: CollectingSink(), settings("5000x", .keep))
        let other = try await RecordedCorpus(seed: 4, requests: 30)
        let third = try await replay(other.path, to: CollectingSink(), settings("max"))
        #expect(first.contentDigest == second.contentDigest)
        #expect(first.contentDigest != third.contentDigest)
    }

    @Test("retries what has no room until it is taken, each request once")
    func retries() async throws {
        let corpus = try await RecordedCorpus(seed: 5, requests: 20)
        let sink = CollectingSink { number in
            number.isMultiple(of: 10) && number < 30 ? .full(retryAfter: .seconds(1)) : nil
        }
        let report = try await replay(corpus.path, to: sink, settings("max", .keep))
        #expect(sink.requests.count == 20)
        #expect(sink.offered == 22)
        #expect(Signal.allCases.map { report.signals[$0].retries }.reduce(0, +) == 2)
        #expect(report.complete)
    }

    @Test("counts what is refused for good and goes on")
    func failures() async throws {
        let corpus = try await RecordedCorpus(seed: 6, requests: 20)
        let sink = CollectingSink { number in
            number <= 3 ? .malformed(WireError(.truncated, at: 7)) : nil
        }
        let report = try await replay(corpus.path, to: sink, settings("max"))
        #expect(!report.complete)
        #expect(report.failures.map(\.count) == [3])
        #expect(report.failures.map(\.kind) == ["HTTP 400"])
        for signal in Signal.allCases {
            let found = report.signals[signal]
            let accounted = found.requests + found.failedRequests + found.unsentRequests
            #expect(accounted == corpus.totals[signal].requests)
        }
    }

    @Test("counts every request as failed when nothing listens")
    func unreachable() async throws {
        let corpus = try await RecordedCorpus(seed: 7, requests: 5)
        // Port 1 is reserved (RFC 6335) and nothing listens there.
        let report = try await replay(corpus.path, port: 1, settings("max", retryFor: .zero))
        #expect(report.failures.map(\.kind) == ["connection"])
        #expect(report.failures.map(\.count) == [5])
    }

    @Test("refuses a corpus without requests")
    func empty() async throws {
        let corpus = try await RecordedCorpus([])
        await #expect(throws: PlaybackError.emptyCorpus(path: corpus.path)) {
            try await replay(corpus.path, port: 1, settings("max"))
        }
    }

    @Test("stops at a damaged block with an error that names it")
    func damaged() async throws {
        let corpus = try await RecordedCorpus(seed: 8, requests: 5)
        try corpus.damageBlocks()
        await #expect(throws: CorpusError.self) {
            try await replay(corpus.path, to: CollectingSink(), settings("max"))
        }
    }
}
