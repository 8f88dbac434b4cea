import Logging
import Tracing

/// A simulated payment provider behind an HTTP API, told of as the semantic conventions for HTTP
/// clients say.
struct PaymentProvider: Sendable {
    static let host = "payments.example.com"
    static let path = "/v1/authorizations"

    let telemetry: OrderTelemetry

    /// Has the order's total authorized.
    /// - Throws: ``PaymentDeclined`` or ``PaymentTimeout``.
    func authorize(_ order: PendingOrder) async throws {
        try await telemetry.withClientSpan("POST \(Self.path)") { span in
            telemetry.logger.info(
                "Requesting payment authorization",
                metadata: [
                    "order.id": "\(order.id)",
                    "payment.method": "\(order.draft.paymentMethod.rawValue)",
                    "order.total": "\(order.draft.total)",
                    "order.currency": "\(order.draft.currency.rawValue)",
                ]
            )
            let failure = order.paymentFailure
            let elapsed = try await request(order, failure, on: span)
            if let failure {
                log(failure, order, elapsed)
                throw failure
            }
            telemetry.logger.info(
                "Payment authorized",
                metadata: [
                    "order.id": "\(order.id)",
                    "payment.authorization.id": "\(order.simulated.authorizationID)",
                    "server.address": "\(Self.host)",
                    "duration_ms": .stringConvertible(elapsed.milliseconds),
                ]
            )
        }
    }

    private func request(
        _ order: PendingOrder,
        _ failure: (any OrderFailure)?,
        on span: any Span
    ) async throws -> Duration {
        let (status, errorType): (Int?, String?) =
            switch failure?.status {
            case .paymentTimeout: (nil, "timeout")
            case .paymentDeclined: (402, "402")
            default: (201, nil)
            }
        var attributes: SpanAttributes = [
            "http.request.method": "POST",
            "url.full": .string("https://\(Self.host)\(Self.path)"),
            "url.template": .string(Self.path),
            "server.address": .string(Self.host),
            "server.port": 443,
            "network.peer.address": "203.0.113.24",
            "network.peer.port": 443,
            "network.protocol.version": "1.1",
            "payment.method": .string(order.draft.paymentMethod.rawValue),
            "order.id": .string(order.id),
        ]
        attributes["http.response.status_code"] = status
        attributes["error.type"] = errorType
        span.attributes = attributes

        let started = ContinuousClock.now
        try await pause(order.simulated.paymentTime)
        let elapsed = started.duration(to: .now)
        telemetry.metrics.recordPaymentRequest(
            status: status,
            errorType: errorType,
            duration: elapsed
        )
        return elapsed
    }

    private func log(_ failure: any OrderFailure, _ order: PendingOrder, _ elapsed: Duration) {
        let isTimeout = failure.status == .paymentTimeout
        telemetry.logger.log(
            level: isTimeout ? .error : .warning,
            isTimeout ? "Payment timed out" : "Payment declined",
            error: failure,
            metadata: [
                "order.id": "\(order.id)",
                "payment.method": "\(order.draft.paymentMethod.rawValue)",
                "duration_ms": .stringConvertible(elapsed.milliseconds),
            ]
        )
    }
}

extension PendingOrder {
    fileprivate var paymentFailure: (any OrderFailure)? {
        switch simulated.failure {
        case .paymentDeclined: PaymentDeclined(reason: simulated.declineReason)
        case .paymentTimeout: PaymentTimeout()
        case .outOfStock, nil: nil
        }
    }
}
