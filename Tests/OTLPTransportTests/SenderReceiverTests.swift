import NIOCore
import OTLP
import OTLPTransport
import Testing

@Suite("Sender and receiver")
struct SenderReceiverTests {
    @Test("carry every byte, compressed or not", arguments: OTLPSender.Compression.allCases)
    func roundTrip(compression: OTLPSender.Compression) async throws {
        let sink = RecordingSink()
        let payloads = [0, 1, 2_000, 75_000, 300_000].flatMap { count in
            (0..<20).map { payload(count, seed: UInt64($0)) }
        }
        let configuration = OTLPSender.Configuration(connections: 4, compression: compression)
        try await withReceiver(sink) { endpoint in
            try await withSender(to: endpoint, configuration) { sender in
                await withTaskGroup(of: SendOutcome.self) { group in
                    for payload in payloads {
                        group.addTask {
                            await sender.send(.metrics, body: ByteBuffer(bytes: payload)).outcome
                        }
                    }
                    for await outcome in group {
                        #expect(outcome == .accepted(rejectedItems: 0, message: nil))
                    }
                }
            }
        }
        let received = sink.requests.map(\.payload).sorted { $0.lexicographicallyPrecedes($1) }
        #expect(received == payloads.sorted { $0.lexicographicallyPrecedes($1) })
    }

    @Test(
        "agree on a refusal",
        arguments: [
            (TelemetryRefusal.full(retryAfter: .seconds(7)), 503, .seconds(7)),
            (.malformed(WireError(.truncated, at: 0)), 400, nil),
        ] as [(TelemetryRefusal, Int, Duration?)]
    )
    func refusal(refusal: TelemetryRefusal, status: Int, retryAfter: Duration?) async throws {
        let result = try await withReceiver(RecordingSink(refusal: refusal)) { endpoint in
            try await withSender(to: endpoint) { await $0.send(.logs, body: ByteBuffer()) }
        }
        guard case .refused(status, retryAfter, .some) = result.outcome else {
            Issue.record("unexpected: \(result.outcome)")
            return
        }
    }
}
