import AsyncHTTPClient
import HTTPTypes
import OTLP
import SwiftProtobuf
import Testing

@testable import TelemetryBackends

@Suite("OTLP exporter")
struct OTLPExporterTests {
    private let clock = TestClock()

    /// Exports one payload to a receiver that gives these answers, then successes.
    private func export(
        answers: [ScriptedReceiver.Answer],
        configure: (inout SignalConfiguration) -> Void = { _ in }
    ) async throws -> (outcome: ExportOutcome, received: [ScriptedReceiver.Received]) {
        try await ScriptedReceiver.run {
            $0 < answers.count ? answers[$0] : ScriptedReceiver.Answer()
        } _: { receiver in
            var configuration = SignalConfiguration(endpoint: receiver.endpoint + "/v1/logs")
            configure(&configuration)
            return (try await export(configuration), receiver.received)
        }
    }

    private func export(_ configuration: SignalConfiguration) async throws -> ExportOutcome {
        try await HTTPClient.withHTTPClient(configuration: .exporting) { client in
            let exporter = OTLPExporter(client, configuration, RetryConfiguration(), clock.instant)
            return await exporter.export { [1, 2, 3] }
        }
    }

    @Test("posts the payload once, with its type and the configured headers")
    func success() async throws {
        let (outcome, received) = try await export(answers: []) {
            $0.headers = ["api-key": "k", "content-type": "text/plain"]
        }
        #expect(outcome == ExportOutcome(result: .accepted, retries: 0))
        let request = try #require(received.first)
        #expect(received.count == 1)
        #expect(request.path == "/v1/logs")
        #expect(request.body == [1, 2, 3])
        #expect(request.headers[values: .contentType] == ["application/x-protobuf"])
        #expect(request.headers[try #require(HTTPField.Name("api-key"))] == "k")
        #expect(request.headers[.userAgent]?.hasPrefix("OTel-OTLP-Exporter-Swift/") == true)
    }

    @Test("sends again what may be sent again", arguments: [429, 502, 503, 504])
    func retryable(code: Int) async throws {
        let refusal = ScriptedReceiver.Answer(status: .init(code: code))
        let (outcome, received) = try await export(answers: [refusal, refusal])
        #expect(outcome == ExportOutcome(result: .accepted, retries: 2))
        #expect(received.map(\.body) == [[1, 2, 3], [1, 2, 3], [1, 2, 3]])
        #expect(clock.slept.count == 2)
    }

    @Test("takes every other status as final", arguments: [400, 401, 404, 500, 501, 307])
    func final(code: Int) async throws {
        let (outcome, received) = try await export(answers: [.init(status: .init(code: code))])
        guard case .failed(let reason) = outcome.result else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.contains("\(code)"))
        #expect(received.count == 1)
        #expect(clock.slept.isEmpty)
    }

    @Test("waits as Retry-After says, in seconds or until a date")
    func retryAfter() async throws {
        // The clock starts at Tue, 14 Nov 2023 22:13:20 GMT.
        let (outcome, _) = try await export(answers: [
            .init(status: .tooManyRequests, headers: [.retryAfter: "3"]),
            .init(
                status: .serviceUnavailable,
                headers: [.retryAfter: "Tue, 14 Nov 2023 22:13:25 GMT"]
            ),
        ])
        #expect(outcome == ExportOutcome(result: .accepted, retries: 2))
        #expect(clock.slept == [.seconds(3), .seconds(2)])
    }

    @Test("gives up on an endless 503 before the timeout")
    func endless() async throws {
        let refusal = ScriptedReceiver.Answer(status: .serviceUnavailable)
        let (outcome, received) = try await export(
            answers: [ScriptedReceiver.Answer](repeating: refusal, count: 1_000)
        ) { $0.timeout = .seconds(20) }
        guard case .failed(let reason) = outcome.result else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.contains("503"))
        #expect(outcome.retries == received.count - 1)
        #expect(outcome.retries >= 3)
        #expect(clock.slept.reduce(.zero, +) < .seconds(20))
    }

    @Test("doesn't wait longer than the timeout, whatever Retry-After says")
    func longRetryAfter() async throws {
        let (outcome, received) = try await export(answers: [
            .init(status: .serviceUnavailable, headers: [.retryAfter: "3600"])
        ])
        #expect(outcome.retries == 0)
        #expect(received.count == 1)
        #expect(clock.slept.isEmpty)
    }

    @Test("retries while nobody listens, then gives up")
    func refused() async throws {
        let endpoint = try await ScriptedReceiver.run { $0.endpoint }
        let outcome = try await export(SignalConfiguration(endpoint: endpoint + "/v1/traces"))
        guard case .failed = outcome.result else {
            Issue.record("\(outcome)")
            return
        }
        #expect(outcome.retries >= 2)
    }

    @Test("fails at once on an endpoint that isn't one")
    func invalidEndpoint() async throws {
        let outcome = try await export(SignalConfiguration(endpoint: "nowhere"))
        #expect(outcome.retries == 0)
        #expect(outcome.result != .accepted)
    }

    @Test("tells how many items a partial success rejected, and takes an unreadable one as success")
    func partialSuccess() async throws {
        let response = OTLPTraceResponse.with {
            $0.partialSuccess.rejectedSpans = 2
            $0.partialSuccess.errorMessage = "no"
        }
        let (partial, _) = try await export(answers: [
            .init(body: try response.serializedBytes())
        ])
        #expect(partial.result == .partiallyAccepted(rejectedCount: 2, message: "no"))
        let (unreadable, _) = try await export(answers: [.init(body: [0xff, 0xff])])
        #expect(unreadable.result == .accepted)
    }
}
