import CorpusStore
import Latency
import NIOPosix
import OTLP
import OTLPTransport
import Playback
import TestSupport
import Testing

@Suite("Player")
struct PlayerTests {
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

    @Test("plays the rest of a damaged corpus if asked, and reports what was left out")
    func skipsDamage() async throws {
        var generator = TelemetryGenerator(seed: 9)
        let requests = try (0..<40).map { _ in try generator.next() }
        let corpus = try await RecordedCorpus(requests, blockBytes: 20_000)
        let lost = try corpus.damageFirstBlock()
        #expect((1..<40).contains(lost))
        var configuration = try settings("1000x")
        configuration.skipsDamagedBlocks = true
        let sink = CollectingSink()
        let report = try await replay(corpus.path, to: sink, configuration)
        #expect(sink.requests.count == 40 - lost)
        #expect(report.leftOut.blocks == 1)
        #expect(report.leftOut.requests == lost)
        #expect(report.leftOut.firstArrivalUnixNs == requests[0].arrival.unixNanoseconds)
        #expect(report.leftOut.lastArrivalUnixNs == requests[lost - 1].arrival.unixNanoseconds)
        #expect(report.total(\.unsentRequests) == lost)
        #expect(!report.complete)
        #expect(report.text().contains("left out: 1 damaged block with"))
        expectIdentity(report)
    }

    @Test("predicts what a replay sends, and when, without sending")
    func prediction() async throws {
        var generator = TelemetryGenerator(seed: 10)
        let requests = try (0..<200).map { _ in try generator.next() }
        let corpus = try await RecordedCorpus(requests, blockBytes: 50_000)
        let lanes = SendingLanes(
            to: try OTLPEndpoint("http://127.0.0.1:1"),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton
        )
        let player = try Player(
            CorpusReader(path: corpus.path),
            to: lanes,
            configuration: settings("2x"),
            wallClock: WallClock()
        )
        let prediction = player.prediction
        #expect(prediction.signals.values.reduce(0) { $0 + $1.requests } == 200)
        #expect(abs(prediction.plannedSeconds * 2 - prediction.recordedSeconds) < 1e-6)
        let bySecond = Dictionary(grouping: requests) { request in
            let elapsed = request.arrival.unixNanoseconds - requests[0].arrival.unixNanoseconds
            return elapsed / 2_000_000_000
        }
        #expect(prediction.peak?.requests == bySecond.values.map(\.count).max())
        #expect(prediction.text().contains("would send"))
        await lanes.close()
    }

    @Test("gives every lap ids of its own, links and parents intact")
    func freshIdentifiers() async throws {
        var generator = TelemetryGenerator(seed: 11)
        let requests = try (0..<10).map { _ in try generator.next(.traces, items: 12) }
        let corpus = try await RecordedCorpus(requests)
        var configuration = try settings("1000000x", .keep)
        configuration.identifiers = .fresh
        configuration.laps = 3
        let sink = CollectingSink()
        let report = try await replay(corpus.path, to: sink, configuration)
        #expect(report.complete)
        #expect(sink.requests.count == 30)
        let traces = try SpanIdentifiers(sink.requests)
        let recorded = try SpanIdentifiers(requests)
        #expect(traces.traces.count == 3 * recorded.traces.count)
        #expect(traces.traces.isDisjoint(with: recorded.traces))
        #expect(traces.spans.count == 3 * recorded.spans.count)
        #expect(traces.parentsAmongSpans == 3 * recorded.parentsAmongSpans)
    }

    @Test("returns when it is cancelled while the next request is not due for long")
    func cancelled() async throws {
        let corpus = try await RecordedCorpus(seed: 13, requests: 30)
        try await ScriptedServer.run { _ in
            .accept
        } _: { server, port in
            let replaying = Task {
                try await replay(corpus.path, port: port, settings("0.001x"))
            }
            var arrivals = server.arrivals.makeAsyncIterator()
            await arrivals.next()
            replaying.cancel()
            await #expect(throws: CancellationError.self) { try await replaying.value }
        }
    }

    @Test("plays laps end to end, each as long as the recording")
    func laps() async throws {
        let corpus = try await RecordedCorpus(seed: 12, requests: 30)
        var configuration = try settings("1000000x", .keep)
        configuration.laps = 3
        let sink = CollectingSink()
        let report = try await replay(corpus.path, to: sink, configuration, threads: 2)
        #expect(sink.requests.count == 90)
        #expect(report.total(\.selectedRequests) == 90)
        #expect(report.complete)
        expectIdentity(report)
    }

    @Test("sends what lies before a damaged block, and reports where it had to stop")
    func damaged() async throws {
        var generator = TelemetryGenerator(seed: 8)
        let requests = try (0..<40).map { _ in try generator.next() }
        let corpus = try await RecordedCorpus(requests, blockBytes: 20_000)
        let lost = try corpus.damageLastBlock()
        #expect((1..<40).contains(lost))
        let sink = CollectingSink()
        let report = try await replay(corpus.path, to: sink, settings("1000x", .keep))
        #expect(Set(sink.requests.map(\.payload)) == Set(requests.dropLast(lost).map(\.payload)))
        #expect(!report.complete)
        #expect(!report.verdict.kept)
        #expect(report.total(\.unsentRequests) == lost)
        #expect(report.total(\.failedRequests) == 0)
        expectIdentity(report)
        let error = try #require(report.error)
        #expect(error.contains("\(corpus.path): block"))
        #expect(error.contains("it holds \(lost) export requests, "))
        #expect(error.contains("into the recording"))
        #expect(report.text().contains(error))
        let page = ReplayPage(RepeatedReplay([report])).html
        #expect(page.contains("What went wrong"))
        #expect(page.contains("into the recording"))
    }

    @Test("keeps to a start that just passed, and refuses one that passed long ago")
    func passedStart() async throws {
        let corpus = try await RecordedCorpus(seed: 14, requests: 20)
        let wallClock = WallClock()
        var configuration = try settings("1000x")
        let start = Timestamp(unixNanoseconds: wallClock.now.unixNanoseconds - 5_000_000_000)
        configuration.startAt = start
        let sink = CollectingSink()
        let report = try await replay(corpus.path, to: sink, configuration, wallClock: wallClock)
        #expect(report.complete)
        #expect(report.startUnixNs == start.unixNanoseconds)
        #expect(report.latenessMs.p50 >= 4_900)
        #expect(!report.verdict.kept)

        configuration.startAt = Timestamp(
            unixNanoseconds: wallClock.now.unixNanoseconds - 3_600_000_000_000
        )
        await #expect(throws: PlaybackError.self) {
            try await replay(corpus.path, to: sink, configuration, wallClock: wallClock)
        }
    }
}
