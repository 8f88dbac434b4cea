import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Sends orders to the order service over kept connections.
struct OrderClient: Sendable {
    /// A longer answer is cut off, and its connection with it.
    private static let longestAnswerBytes = 1 << 20

    private let client: HTTPClient
    private let target: String
    private let request: HTTPClientRequest
    private let timeout: TimeAmount

    init(client: HTTPClient, configuration: LoadConfiguration) {
        self.client = client
        target = configuration.target
        timeout = TimeAmount(configuration.requestTimeout)
        var request = HTTPClientRequest(url: target + "/orders")
        request.method = .POST
        request.headers = ["content-type": "application/json", "accept": "application/json"]
        self.request = request
    }

    /// One connection for each order under way, opened once, never retried and never traced: what
    /// is recorded are the service's own spans.
    static func clientConfiguration(_ load: LoadConfiguration) -> HTTPClient.Configuration {
        // Shorter ones are kept by each order's own deadline; health checks must not suffer from them.
        let timeout = TimeAmount(max(load.requestTimeout, .seconds(1)))
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: timeout, read: timeout)
        )
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = load.maxConcurrent
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.tracing.tracer = nil
        return configuration
    }

    /// Sends an order, and waits until it is answered in full; ends within twice the timeout, or
    /// within two seconds.
    func place(_ body: ByteBuffer) async -> OrderOutcome {
        var request = request
        request.body = .bytes(body)
        do {
            let deadline = NIODeadline.now() + timeout
            let response = try await client.execute(request, deadline: deadline)
            var answerBytes = 0
            for try await chunk in response.body {
                answerBytes += chunk.readableBytes
                // The client's deadline covers no more than the head.
                if NIODeadline.now() > deadline { return .timedOut }
                if answerBytes > Self.longestAnswerBytes { break }
            }
            let status = Int(response.status.code)
            return (200..<300).contains(status) ? .succeeded : .refused(status: status)
        } catch {
            return OrderOutcome(error)
        }
    }

    /// Waits until `GET /health` answers 200.
    ///
    /// - Throws: ``LoadError/unreachable(target:)`` or ``LoadError/unhealthy(target:status:)`` if
    ///   it doesn't within the time given; `CancellationError`.
    func waitUntilHealthy(within limit: Duration) async throws {
        let start = ContinuousClock.now
        let request = HTTPClientRequest(url: target + "/health")
        while true {
            var failure = LoadError.unreachable(target: target)
            if let response = try? await client.execute(request, timeout: .seconds(5)) {
                _ = try? await response.body.collect(upTo: Self.longestAnswerBytes)
                if response.status == .ok { return }
                failure = .unhealthy(target: target, status: Int(response.status.code))
            }
            try Task.checkCancellation()
            guard start.duration(to: .now) < limit else { throw failure }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
