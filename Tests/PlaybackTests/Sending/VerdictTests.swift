import OTLPTransport
import Testing

@testable import Playback

@Suite("Verdict")
struct VerdictTests {
    private func verdict(_ status: GRPCStatus, retryAfter: Duration? = nil) -> Verdict {
        Verdict(.failedCall(status, retryAfter: retryAfter, message: "why"))
    }

    @Test(
        "has a call made again after what may pass",
        arguments: [
            (GRPCStatus.cancelled, "CANCELLED"), (.deadlineExceeded, "DEADLINE_EXCEEDED"),
            (.aborted, "ABORTED"), (.outOfRange, "OUT_OF_RANGE"), (.unavailable, "UNAVAILABLE"),
            (.dataLoss, "DATA_LOSS"),
        ]
    )
    func retryable(status: GRPCStatus, name: String) {
        #expect(
            verdict(status) == .retryable(after: nil, kind: "gRPC \(name)", example: "why")
        )
        #expect(
            verdict(status, retryAfter: .seconds(2))
                == .retryable(after: .seconds(2), kind: "gRPC \(name)", example: "why")
        )
    }

    @Test(
        "has a call fail for good after all else, even where a time to wait is named",
        arguments: [
            (GRPCStatus.unknown, "UNKNOWN"), (.invalidArgument, "INVALID_ARGUMENT"),
            (.notFound, "NOT_FOUND"), (.alreadyExists, "ALREADY_EXISTS"),
            (.permissionDenied, "PERMISSION_DENIED"),
            (.failedPrecondition, "FAILED_PRECONDITION"), (.unimplemented, "UNIMPLEMENTED"),
            (.internalError, "INTERNAL"), (.unauthenticated, "UNAUTHENTICATED"),
        ]
    )
    func final(status: GRPCStatus, name: String) {
        let expected = Verdict.final(kind: "gRPC \(name)", example: "why")
        #expect(verdict(status) == expected)
        #expect(verdict(status, retryAfter: .seconds(2)) == expected)
    }

    @Test("has a call made again after exhausted resources only where the server says when")
    func exhausted() {
        let kind = "gRPC RESOURCE_EXHAUSTED"
        #expect(verdict(.resourceExhausted) == .final(kind: kind, example: "why"))
        #expect(
            verdict(.resourceExhausted, retryAfter: .zero)
                == .retryable(after: .zero, kind: kind, example: "why")
        )
    }

    @Test("knows HTTP's statuses that call for another try", arguments: [429, 502, 503, 504])
    func http(status: Int) {
        let refused = SendOutcome.refused(status: status, retryAfter: nil, message: nil)
        #expect(
            Verdict(refused)
                == .retryable(after: nil, kind: "HTTP \(status)", example: "no message")
        )
    }
}
