import CorpusStore
import Logging
import NIOCore
import OTLP
import OTLPTransport
import Recording
import TestSupport
import Testing

@Suite("Exact capture", .serialized)
struct ExactCaptureTests {
    /// Makes export requests equal that arrived at the same instant with the same bytes.
    private struct Captured: Hashable {
        let signal: Signal
        let arrival: UInt64
        let payload: [UInt8]

        init(_ request: ExportRequest) {
            signal = request.signal
            arrival = request.arrival.unixNanoseconds
            payload = request.payload
        }
    }

    /// Sends the requests, eight at a time; all must be accepted.
    private func send(_ requests: [ExportRequest], port: Int) async throws {
        let sender = OTLPSender(
            endpoint: try OTLPEndpoint("http://127.0.0.1:\(port)"),
            configuration: .init(connections: 8)
        )
        await withTaskGroup { group in
            for request in requests {
                group.addTask {
                    let body = ByteBuffer(bytes: request.payload)
                    let result = await sender.send(request.signal, body: body)
                    #expect(result.outcome == .accepted(rejectedItems: 0, message: nil))
                }
            }
        }
        await sender.close()
    }

    private func decoded(_ path: String) throws -> [ExportRequest] {
        var requests: [ExportRequest] = []
        try CorpusReader(path: path).forEachRequest { requests.append($1) }
        return requests
    }

    @Test("decodes to what another sink saw on the wire")
    func tee() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("run.db")
        let writer = try CorpusWriter(.init(path: path, blockBytes: 100_000), clock: WallClock())
        let seen = CollectingSink()
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let receiver = OTLPReceiver(
            sink: TeeSink(first: writer, second: seen),
            clock: WallClock(),
            configuration: .init(port: 0),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onListening: { listening.yield($0) }
        )
        var generator = TelemetryGenerator(seed: 12)
        let requests = try (0..<100).map { _ in try generator.next() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await receiver.run() }
            defer { group.cancelAll() }
            var iterator = ports.makeAsyncIterator()
            try await send(requests, port: try #require(await iterator.next()))
        }
        _ = try await writer.finish()
        let captured = try decoded(path)
        #expect(captured.count == 100)
        #expect(Set(captured.map(Captured.init)) == Set(seen.requests.map(Captured.init)))
        #expect(Set(captured.map(\.payload)) == Set(requests.map(\.payload)))
    }

    @Test("records what clients send to its address until it is stopped")
    func listen() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("run.db")
        let port = try LoopbackPort.free
        let recorder = Recorder(
            RecordingConfiguration(
                corpus: .init(path: path),
                orders: nil,
                reception: Reception(http: .init(port: port))
            ),
            clock: WallClock()
        )
        var generator = TelemetryGenerator(seed: 13)
        let requests = try (0..<50).map { _ in try generator.next() }
        async let running = recorder.run()
        let endpoint = try OTLPEndpoint("http://127.0.0.1:\(port)")
        try await poll(for: "open port") { await endpoint.isListening() ? true : nil }
        try await send(requests, port: port)
        recorder.stop()
        let report = try await running
        #expect(report.isWhole)
        #expect(Set(try decoded(path).map(\.payload)) == Set(requests.map(\.payload)))
    }
}
