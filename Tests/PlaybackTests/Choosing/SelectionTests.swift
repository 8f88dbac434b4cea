import CorpusStore
import OTLP
import Playback
import SwiftProtobuf
import TestSupport
import Testing

@Suite("Selection")
struct SelectionTests {
    private func generated(_ count: Int, seed: UInt64 = 21) throws -> [ExportRequest] {
        var generator = TelemetryGenerator(seed: seed)
        return try (0..<count).map { _ in try generator.next() }
    }

    @Test("sends only the signals asked for")
    func signals() async throws {
        let corpus = try await RecordedCorpus(generated(40))
        let sink = CollectingSink()
        let report = try await replay(
            corpus.path,
            to: sink,
            settings("max", selection: .init(.init(signals: [.metrics])))
        )
        #expect(Set(sink.requests.map(\.signal)) == [.metrics])
        #expect(sink.requests.count == corpus.totals.metrics.requests)
        #expect(report.complete)
        #expect(report.total(\.selectedRequests) == corpus.totals.metrics.requests)
        #expect(report.signals.traces.selectedRequests == 0)
        expectIdentity(report)
    }

    @Test("begins and ends where it is told, on the recording's clock")
    func window() async throws {
        let requests = try generated(60)
        let corpus = try await RecordedCorpus(requests, blockBytes: 20_000)
        let first = requests[0].arrival.unixNanoseconds
        let expected = requests.filter {
            (200_000_000..<900_000_000).contains($0.arrival.unixNanoseconds - first)
        }
        #expect(expected.count > 5)
        let sink = CollectingSink()
        let report = try await replay(
            corpus.path,
            to: sink,
            settings(
                "1000x",
                .keep,
                selection: .init(.init(from: .milliseconds(200), until: .milliseconds(900)))
            )
        )
        #expect(Set(sink.requests.map(\.payload)) == Set(expected.map(\.payload)))
        #expect(report.total(\.selectedRequests) == expected.count)
        #expect(report.plannedSeconds < 0.0007)
        #expect(report.complete)
    }

    @Test("sends exactly the corpus once with all shards together", arguments: [2, 3, 7])
    func shards(count: Int) async throws {
        let requests = try generated(50)
        let corpus = try await RecordedCorpus(requests, blockBytes: 20_000)
        let sink = CollectingSink()
        for index in 0..<count {
            let report = try await replay(
                corpus.path,
                to: sink,
                settings("max", .keep, selection: .init(shard: Shard(parsing: "\(index)/\(count)")))
            )
            #expect(report.complete)
            expectIdentity(report)
        }
        let sent = sink.requests.map(\.payload).sorted { $0.lexicographicallyPrecedes($1) }
        let recorded = requests.map(\.payload).sorted { $0.lexicographicallyPrecedes($1) }
        #expect(sent == recorded)
    }

    @Test(
        "refuses what is no shard",
        arguments: ["", "1", "3/3", "4/3", "1/0", "a/b", "1/2/3", "-1/3", "1/1000001"]
    )
    func invalidShard(text: String) {
        #expect(throws: PlaybackError.invalidShard(text)) { try Shard(parsing: text) }
    }

    /// A request with a resource for each service, one record each.
    private func logs(_ services: [String]) throws -> ExportRequest {
        let message = Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest.with {
            $0.resourceLogs = services.enumerated().map { index, service in
                .with {
                    $0.resource.attributes = [
                        .with {
                            $0.key = "service.name"
                            $0.value.stringValue = service
                        }
                    ]
                    $0.scopeLogs = [
                        .with {
                            $0.logRecords = [
                                .with {
                                    $0.timeUnixNano = 1_700_000_000_000_000_000
                                    $0.body.stringValue = String(repeating: "x", count: 200 + index)
                                }
                            ]
                        }
                    ]
                }
            }
        }
        return ExportRequest(
            signal: .logs,
            arrival: Timestamp(unixNanoseconds: 1_700_000_000_000_000_000),
            payload: try message.serializedBytes()
        )
    }

    @Test("cuts the resources of other services out of a request, and sends no empty one")
    func service() async throws {
        let requests = [
            try logs(["orders", "payments", "orders"]), try logs(["payments"]),
            try logs(["orders"]),
        ]
        let corpus = try await RecordedCorpus(requests)
        let sink = CollectingSink()
        let report = try await replay(
            corpus.path,
            to: sink,
            settings("max", .keep, selection: .init(.init(service: "orders")))
        )
        let sent = try sink.requests.map {
            try Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest(
                serializedBytes: $0.payload
            )
        }
        #expect(sent.map(\.resourceLogs.count).sorted() == [1, 2])
        let names = sent.flatMap(\.resourceLogs).map {
            $0.resource.attributes.first?.value.stringValue
        }
        #expect(Set(names) == ["orders"])
        #expect(report.signals.logs.selectedRequests == 2)
        #expect(report.signals.logs.acceptedItems == 3)
        #expect(report.complete)
        expectIdentity(report)

        // What is sent is what a corpus of that service alone would send.
        let alone = try await RecordedCorpus([try cut(requests[0]), requests[2]])
        let other = try await replay(alone.path, to: CollectingSink(), settings("max", .keep))
        #expect(report.contentDigest == other.contentDigest)
    }

    private func cut(_ request: ExportRequest) throws -> ExportRequest {
        var message = try Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest(
            serializedBytes: request.payload
        )
        message.resourceLogs.remove(at: 1)
        return ExportRequest(
            signal: .logs,
            arrival: request.arrival,
            payload: try message.serializedBytes()
        )
    }

    // MARK: Whole traces

    /// A span or a log record of a trace, told apart by its times.
    private struct TraceItem: Hashable {
        let trace: [UInt8]
        let times: [UInt64]
    }

    /// The spans and log records with a trace id, with when they arrived.
    private func traceItems(
        _ requests: [ExportRequest]
    ) throws -> [(item: TraceItem, arrival: Timestamp)] {
        try requests.filter { $0.signal != .metrics }.flatMap { request in
            let scan = try RequestScan(request.signal, payload: request.payload)
            return scan.items.filter { $0.traceIDOffset >= 0 }.compactMap {
                item -> (item: TraceItem, arrival: Timestamp)? in
                let start = Int(item.traceIDOffset)
                let trace = Array(request.payload[start..<(start + 16)])
                guard trace.contains(where: { $0 != 0 }) else { return nil }
                let times = [
                    item.startUnixNanoseconds, item.timeUnixNanoseconds,
                    item.observedUnixNanoseconds,
                ]
                return (TraceItem(trace: trace, times: times), request.arrival)
            }
        }
    }

    @Test("sends traces that begin in the window whole, and no other")
    func tracesInWindow() async throws {
        let requests = try generated(60)
        let corpus = try await RecordedCorpus(requests, blockBytes: 20_000)
        let first = requests[0].arrival.unixNanoseconds
        let items = try traceItems(requests)
        let window = (first + 200_000_000)..<(first + 700_000_000)
        let spans = try traceItems(requests.filter { $0.signal == .traces })
        let withSpans = Set(spans.map(\.item.trace))
        let begins = Dictionary(grouping: items, by: \.item.trace).compactMapValues {
            $0.map(\.arrival.unixNanoseconds).min()
        }
        let expected = items.filter { found, _ in
            withSpans.contains(found.trace) && begins[found.trace].map(window.contains) == true
        }
        let late = expected.filter { $0.arrival.unixNanoseconds >= window.upperBound }
        #expect(!expected.isEmpty && !late.isEmpty && expected.count < items.count)

        let sink = CollectingSink()
        let selection = RequestSelection(
            from: .milliseconds(200),
            until: .milliseconds(700),
            traces: TraceFilter()
        )
        let report = try await replay(
            corpus.path,
            to: sink,
            settings("1000x", .keep, selection: .init(selection))
        )
        #expect(report.complete)
        #expect(Set(try traceItems(sink.requests).map(\.item)) == Set(expected.map(\.item)))
        expectIdentity(report)
    }

    @Test("shares traces out among shards without splitting one", arguments: [2, 3])
    func tracesInShards(count: Int) async throws {
        let requests = try generated(60)
        let corpus = try await RecordedCorpus(requests, blockBytes: 20_000)
        func sent(_ shard: Shard?) async throws -> [TraceItem] {
            let sink = CollectingSink()
            let selection = RequestSelection(traces: TraceFilter())
            _ = try await replay(
                corpus.path,
                to: sink,
                settings("max", .keep, selection: .init(selection, shard: shard))
            )
            return try traceItems(sink.requests).map(\.item)
        }
        var (together, traces) = ([TraceItem](), [[UInt8]]())
        for index in 0..<count {
            let share = try await sent(Shard(parsing: "\(index)/\(count)"))
            #expect(!share.isEmpty)
            together += share
            traces += Set(share.map(\.trace))
        }
        #expect(Set(traces).count == traces.count)
        let alone = try await sent(nil)
        #expect(together.count == alone.count)
        #expect(Set(together) == Set(alone))
    }

    @Test("refuses a selection of nothing")
    func nothing() async throws {
        let corpus = try await RecordedCorpus(generated(5))
        await #expect(throws: PlaybackError.emptySelection(path: corpus.path)) {
            try await replay(
                corpus.path,
                to: CollectingSink(),
                settings("max", selection: .init(.init(service: "nobody")))
            )
        }
    }
}
