import NIOCore
import Testing

@testable import OTLPTransport

@Suite("Request deadline")
struct RequestDeadlineTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000)

    @Test("counts from a request's first byte, whatever comes after it")
    func first() {
        var deadline = RequestDeadline(limit: .seconds(30))
        #expect(deadline.timerFired(at: start) == .rest)
        let begins = [start, start + .seconds(29)].map { deadline.bytesArrived(at: $0) }
        #expect(begins == [true, false])
        #expect(deadline.timerFired(at: start + .seconds(29)) == .wait(until: start + .seconds(30)))
        #expect(deadline.timerFired(at: start + .seconds(30)) == .close)
    }

    @Test("rests between requests, and counts anew for the next one")
    func next() {
        var deadline = RequestDeadline(limit: .seconds(30))
        _ = deadline.bytesArrived(at: start)
        deadline.completed()
        #expect(deadline.timerFired(at: start + .seconds(30)) == .rest)
        let begins = deadline.bytesArrived(at: start + .seconds(20))
        #expect(begins)
        #expect(deadline.timerFired(at: start + .seconds(30)) == .wait(until: start + .seconds(50)))
    }
}
