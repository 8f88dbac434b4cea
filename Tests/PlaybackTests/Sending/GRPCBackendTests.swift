import OTLP
import OTLPTransport
import Playback
import SwiftProtobuf
import TestSupport
import Testing

@Suite("Replay over gRPC")
struct GRPCBackendTests {
    private func play(
        _ requests: Int,
        retryFor: Duration = .seconds(300),
        _ script: @escaping @Sendable (Int) -> ScriptedCallServer.Reply
    ) async throws -> (ReplayReport, ScriptedCallServer) {
        let corpus = try await RecordedCorpus(seed: 13, requests: requests)
        return try await ScriptedCallServer.run(script) { server, port in
            let report = try await replay(
                corpus.path,
                port: port,
                settings("max", retryFor: retryFor),
                wireProtocol: .grpc
            )
            expectIdentity(report)
            #expect(report.total(\.selectedRequests) == requests)
            return (report, server)
        }
    }

    @Test("accounts for every request, whatever each call ends with")
    func accounting() async throws {
        let busy = try ScriptedCallServer.Reply.status("14", retryAfter: 0.01)
        // The same bytes mean the same for all signals.
        let response = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceResponse.with {
            $0.partialSuccess.rejectedSpans = 1
            $0.partialSuccess.errorMessage = "too old"
        }
        let partial: [UInt8] = try response.serializedBytes()
        // Calls 1, 11, 21 and 31 are made again, so there are 34 in all.
        let (report, server) = try await play(30) { call in
            switch call % 10 {
            case 1: busy
            case 4: .status("3", ("grpc-message", "no such field"))
            case 7: .ok(partial)
            default: .ok()
            }
        }
        #expect(server.calls.count == 34)
        #expect(Set(server.calls.map(\.message)).count == 30)
        #expect(report.total(\.retries) == 4)
        #expect(report.total(\.requests) == 27)
        #expect(report.total(\.failedRequests) == 3)
        #expect(report.total(\.unsentRequests) == 0)
        #expect(report.total(\.rejectedItems) == 3)
        #expect(report.total(\.acceptedItems) == report.total(\.items) - 3)
        #expect(report.failures.map(\.kind) == ["gRPC INVALID_ARGUMENT"])
        #expect(report.failures.map(\.example) == ["no such field"])
        #expect(!report.complete)
        #expect(!report.verdict.kept)
        #expect(report.timeline.reduce(0) { $0 + $1.errors } == 7)
    }

    @Test("is complete where all that failed was accepted in the end, and says where it went")
    func complete() async throws {
        let (report, server) = try await play(12) { $0 < 4 ? .status("14") : .ok() }
        #expect(report.complete)
        #expect(server.calls.count == 16)
        #expect(report.total(\.retries) == 4)
        #expect(report.settings.protocol == "grpc")
        let endpoints = try #require(report.settings.endpoints)
        #expect(report.settings.to.hasPrefix("http://127.0.0.1:"))
        for endpoint in [endpoints.traces, endpoints.metrics, endpoints.logs] {
            #expect(endpoint == report.settings.to)
        }
    }

    @Test("gives up at once on what the backend asks too long a time for")
    func tooLong() async throws {
        let busy = try ScriptedCallServer.Reply.status("8", retryAfter: 3_600)
        let (report, server) = try await play(6) { $0 == 2 ? busy : .ok() }
        #expect(server.calls.count == 6)
        #expect(report.total(\.retries) == 0)
        #expect(report.failures.map(\.kind) == ["gRPC RESOURCE_EXHAUSTED"])
    }
}
