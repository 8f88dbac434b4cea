import OTLP
import Playback
import TestSupport
import Testing

@Suite("Replay to a misbehaving backend")
struct MisbehavingBackendTests {
    private typealias Reply = ScriptedServer.Reply

    private func play(
        _ requests: Int = 6,
        retryFor: Duration = .seconds(300),
        requestTimeout: Duration = .seconds(60),
        _ script: @escaping @Sendable (Int) -> ScriptedServer.Reply
    ) async throws -> (ReplayReport, ScriptedServer) {
        let corpus = try await RecordedCorpus(seed: 11, requests: requests)
        return try await ScriptedServer.run(script) { backend, port in
            let report = try await replay(
                corpus.path,
                port: port,
                settings("max", retryFor: retryFor),
                requestTimeout: requestTimeout
            )
            expectIdentity(report)
            #expect(report.total(\.selectedRequests) == requests)
            return (report, backend)
        }
    }

    /// Every third request goes wrong in a way that calls for another try.
    private func playRetryable(_ reply: ScriptedServer.Reply) async throws {
        let (report, backend) = try await play { $0 == 0 || $0 == 3 ? reply : .accept }
        #expect(report.complete)
        #expect(report.verdict.kept)
        #expect(report.total(\.requests) == 6)
        #expect(report.total(\.retries) == 2)
        #expect(backend.taken.count == 6)
        #expect(report.timeline.reduce(0) { $0 + $1.errors } == 2)
    }

    /// Every third request goes wrong in a way that another try won't mend.
    private func playFinal(_ reply: ScriptedServer.Reply, kind: String) async throws {
        let (report, backend) = try await play { $0 == 0 || $0 == 3 ? reply : .accept }
        #expect(!report.complete)
        #expect(!report.verdict.kept)
        #expect(report.failures.map(\.kind) == [kind])
        #expect(report.total(\.failedRequests) == 2)
        #expect(report.total(\.retries) == 0)
        #expect(backend.requests.count == 6)
    }

    @Test("sends again what the backend closes on in the middle of its answer")
    func closesMidResponse() async throws {
        try await playRetryable(
            .bytesThenClose("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc")
        )
    }

    @Test("sends again what the backend resets the connection on")
    func resets() async throws {
        try await playRetryable(.reset)
    }

    @Test("sends again what the backend has no room for", arguments: [429, 502, 503, 504])
    func throttles(status: Int) async throws {
        try await playRetryable(.status("\(status) No"))
    }

    @Test("waits as Retry-After asks, as a date in the past too")
    func retryAfterDate() async throws {
        try await playRetryable(
            .status("503 No", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
        )
    }

    @Test("gives up at once on a Retry-After of a year")
    func retryAfterYear() async throws {
        try await playFinal(.status("503 No", "Retry-After: 31536000\r\n"), kind: "HTTP 503")
    }

    @Test("gives up on garbage, which may stand for an answer to what was taken")
    func garbage() async throws {
        try await playFinal(.bytesThenClose("\u{1}\u{2}garbage\r\n\r\n"), kind: "invalid response")
    }

    @Test("gives up on success with a body that is no OTLP response")
    func undecodable() async throws {
        try await playFinal(.status("200 OK", body: "\u{7f}\u{7f}"), kind: "invalid response")
    }

    @Test("follows no redirect")
    func redirect() async throws {
        try await playFinal(
            .status("307 Temporary Redirect", "Location: http://127.0.0.1:1/\r\n"),
            kind: "HTTP 307"
        )
    }

    @Test("gives up on a backend that never answers once its time is over")
    func hangs() async throws {
        let (report, _) = try await play(
            retryFor: .zero,
            requestTimeout: .milliseconds(100)
        ) { _ in .silence }
        #expect(report.failures.map(\.kind) == ["timeout"])
        #expect(report.total(\.failedRequests) == 6)
        #expect(report.total(\.requests) == 0)
    }

    @Test("has no more under way than it may while the backend hangs")
    func inFlight() async throws {
        let corpus = try await RecordedCorpus(seed: 12, requests: 20)
        let report = try await ScriptedServer.run { _ in
            .silence
        } _: { backend, port in
            var configuration = try settings("max", retryFor: .zero)
            configuration.maximumInFlight = 3
            let report = try await replay(
                corpus.path,
                port: port,
                configuration,
                requestTimeout: .milliseconds(100)
            )
            // A connection that timed out may be gone later there than here.
            #expect(backend.mostOpen <= 6)
            #expect(backend.requests.count == 20)
            return report
        }
        #expect(report.total(\.failedRequests) == 20)
        expectIdentity(report)
    }

    @Test("is cancelled while the backend hangs", arguments: [1, 2])
    func cancelled(threads: Int) async throws {
        let corpus = try await RecordedCorpus(seed: 13, requests: 40)
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        try await ScriptedServer.run { number in
            arrived.yield()
            return number == 0 ? .status("503 No") : .silence
        } _: { _, port in
            var configuration = try settings("max")
            configuration.maximumInFlight = 20
            let (path, settings) = (corpus.path, configuration)
            let playing = Task {
                try await replay(path, port: port, settings, threads: threads)
            }
            var iterator = arrivals.makeAsyncIterator()
            for _ in 0..<10 { _ = await iterator.next() }
            playing.cancel()
            await #expect(throws: CancellationError.self) { try await playing.value }
        }
    }

    @Test("finds a backend again that is back after it was gone")
    func comesBack() async throws {
        // Nothing is answered but by a closed connection, until the twentieth try.
        let (report, backend) = try await play { $0 < 19 ? .bytesThenClose("") : .accept }
        #expect(report.complete)
        #expect(backend.taken.count == 6)
        #expect(report.total(\.retries) == backend.requests.count - 6)
    }

    @Test("waits as Retry-After asks, as a date to come too")
    func retryAfterComing() async throws {
        let (report, _) = try await play(2, retryFor: .seconds(5)) { _ in
            .status("503 No", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n")
        }
        #expect(report.failures.map(\.kind) == ["HTTP 503"])
        #expect(report.total(\.retries) == 0)
        expectIdentity(report)
    }

    @Test("gets all accepted, each once, through 5 % refusals and 1 % resets")
    func flaky() async throws {
        let (report, backend) = try await play(400) { number in
            number.isMultiple(of: 100)
                ? .reset
                : number % 20 == 7 ? .status("503 No", "Retry-After: 1\r\n") : .accept
        }
        #expect(report.complete)
        #expect(backend.taken.count == 400)
        #expect(Set(backend.taken).count == 400)
        #expect(report.total(\.retries) == backend.requests.count - 400)
        #expect(report.total(\.retries) >= 24)
        #expect(report.total(\.retryBytes) > 0)
        #expect(report.total(\.sentBytes) == report.total(\.bytes))
    }
}
