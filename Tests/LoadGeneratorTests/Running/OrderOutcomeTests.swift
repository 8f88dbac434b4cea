import AsyncHTTPClient
import Testing

@testable import LoadGenerator

@Suite struct OrderOutcomeTests {
    @Test(
        "sorts what sending an order can throw",
        arguments: [
            (HTTPClientError.deadlineExceeded, .timedOut), (HTTPClientError.readTimeout, .timedOut),
            (HTTPClientError.connectTimeout, .timedOut), (HTTPClientError.cancelled, .cancelled),
            (CancellationError(), .cancelled),
            (HTTPClientError.remoteConnectionClosed, .disconnected),
        ] as [(any Error, OrderOutcome)]
    )
    func errors(error: any Error, outcome: OrderOutcome) {
        #expect(OrderOutcome(error) == outcome)
    }

    @Test("leaves out of the latencies what no answer was waited for")
    func measured() {
        #expect(OrderOutcome.refused(status: 504).isMeasured)
        #expect(OrderOutcome.timedOut.isMeasured)
        #expect(!OrderOutcome.disconnected.isMeasured)
        #expect(!OrderOutcome.cancelled.isMeasured)
    }
}
