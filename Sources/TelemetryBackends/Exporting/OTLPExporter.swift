import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import OTLP
import SwiftProtobuf

/// Sends export requests of one signal as binary protobuf over HTTP, and again where the OTLP
/// specification allows it ("OTLP/HTTP Response").
struct OTLPExporter {
    private enum Attempt {
        case ended(ExportOutcome.Result)
        case retryable(reason: String, retryAfter: Duration?)
    }

    private let client: HTTPClient
    private let endpoint: String
    private let headers: HTTPHeaders
    private let timeout: Duration
    private let retry: RetryConfiguration
    private let clock: TelemetryClock

    init(
        _ client: HTTPClient,
        _ configuration: SignalConfiguration,
        _ retry: RetryConfiguration,
        _ clock: TelemetryClock
    ) {
        self.client = client
        endpoint = configuration.endpoint
        timeout = min(configuration.timeout, configuration.exportTimeout)
        self.retry = retry
        self.clock = clock
        var headers = HTTPHeaders(configuration.headers.sorted { $0.key < $1.key })
        headers.replaceOrAdd(name: "Content-Type", value: "application/x-protobuf")
        headers.replaceOrAdd(name: "User-Agent", value: "OTel-OTLP-Exporter-Swift/1.0.0")
        self.headers = headers
    }

    /// Sends what `encode` makes, until the receiver's answer is final or the time is over.
    func export(_ encode: () throws -> [UInt8]) async -> ExportOutcome {
        var schedule = RetrySchedule(retry, timeout: timeout)
        var generator = SystemRandomNumberGenerator()
        let payload: ByteBuffer
        do {
            payload = ByteBuffer(bytes: try encode())
        } catch {
            return ExportOutcome(result: .failed(reason: "can't be encoded: \(error)"), retries: 0)
        }
        let start = clock.now()
        while true {
            let elapsed = start.duration(to: clock.now())
            switch await attempt(payload, within: timeout - elapsed) {
            case .ended(let result):
                return ExportOutcome(result: result, retries: schedule.retries)
            case .retryable(let reason, let retryAfter):
                guard
                    let delay = schedule.nextDelay(
                        retryAfter: retryAfter,
                        elapsed: start.duration(to: clock.now()),
                        using: &generator
                    ), (try? await clock.sleep(delay)) != nil
                else {
                    let reason = "gave up after \(schedule.retries + 1) attempts: \(reason)"
                    return ExportOutcome(
                        result: .failed(reason: reason),
                        retries: schedule.retries
                    )
                }
            }
        }
    }

    private func attempt(_ payload: ByteBuffer, within limit: Duration) async -> Attempt {
        var request = HTTPClientRequest(url: endpoint)
        request.method = .POST
        request.headers = headers
        request.body = .bytes(payload)
        do {
            let response = try await client.execute(
                request,
                timeout: .nanoseconds(max(0, limit.wholeNanoseconds))
            )
            // Read to its end even where it says nothing, so that the connection can be kept.
            let body = try? await response.body.collect(upTo: 1 << 20)
            return judge(response, body: body ?? ByteBuffer())
        } catch let error as HTTPClientError where !error.isRetryable {
            return .ended(.failed(reason: "\(error)"))
        } catch is CancellationError {
            return .ended(.failed(reason: "cancelled"))
        } catch {
            return .retryable(reason: "\(error)", retryAfter: nil)
        }
    }

    private func judge(_ response: HTTPClientResponse, body: ByteBuffer) -> Attempt {
        switch response.status.code {
        case 200..<300:
            return .ended(partialSuccess(in: body))
        case 429, 502, 503, 504:
            let field = response.headers.first(name: "Retry-After")
            return .retryable(
                reason: "HTTP \(response.status)",
                retryAfter: field.flatMap { retryAfter($0, at: clock.wallTime()) }
            )
        default:
            return .ended(.failed(reason: "HTTP \(response.status)"))
        }
    }

    // The responses of the three signals have the same fields under the same numbers, so one
    // message reads them all. An unreadable one is still a success: its status says so.
    private func partialSuccess(in body: ByteBuffer) -> ExportOutcome.Result {
        let response = try? OTLPTraceResponse(serializedBytes: Array(body.readableBytesView))
        guard let partial = response?.partialSuccess, partial.rejectedSpans > 0 else {
            return .accepted
        }
        return .partiallyAccepted(
            rejectedCount: Int(partial.rejectedSpans),
            message: partial.errorMessage
        )
    }
}

extension HTTPClient.Configuration {
    /// Never traced, never redirected; a connection that can't be made fails at once, since waiting
    /// is for the retry schedule to decide.
    static var exporting: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.tracing.tracer = nil
        return configuration
    }
}

extension HTTPClientError {
    /// Whether the network failed, rather than the request.
    fileprivate var isRetryable: Bool {
        let networkFailures: [HTTPClientError] = [
            .remoteConnectionClosed, .connectTimeout, .readTimeout, .writeTimeout,
            .deadlineExceeded, .uncleanShutdown, .tlsHandshakeTimeout,
            .getConnectionFromPoolTimeout, .requestStreamCancelled, .bodyLengthMismatch,
        ]
        return networkFailures.contains(self)
    }
}
