import CorpusStore
import Crypto
import Latency
import OTLP

/// Accounts for every export request of a replay, as it is sent and answered.
struct ReplayLedger: Sendable {
    /// What became of one signal's requests.
    struct Account: Sendable {
        var requests = 0
        var items = 0
        var bytes = 0
        var rejectedItems = 0
        var retries = 0
        var failedRequests = 0
        var failedItems = 0
    }

    /// Final errors of one kind.
    struct Failure: Sendable {
        var count: Int
        let example: String
    }

    /// More kinds than this are counted as one, so that no backend can fill the memory.
    private static let failureKinds = 50

    private(set) var accounts: [Signal: Account] = [:]
    private(set) var lateness = LatencyHistogram()
    private(set) var serviceTime = LatencyHistogram()
    private(set) var responseTime = LatencyHistogram()
    var timeline = Timeline()
    private(set) var failures: [String: Failure] = [:]
    private(set) var lastAnswer: Duration = .zero
    private(set) var inFlight = 0
    private var content = SHA256()

    /// "sha256:" and 64 hex digits over what was sent, timestamps and ids excluded, in order.
    var contentDigest: String {
        "sha256:" + content.finalize().map { Self.hexadecimal($0) }.joined()
    }

    /// Sums over the signals.
    var total: Account {
        accounts.values.reduce(into: Account()) { total, account in
            total.requests += account.requests
            total.items += account.items
            total.bytes += account.bytes
            total.rejectedItems += account.rejectedItems
            total.retries += account.retries
            total.failedRequests += account.failedRequests
            total.failedItems += account.failedItems
        }
    }

    /// A request leaves the schedule; to be called in the schedule's order.
    mutating func began(_ header: RequestHeader) {
        inFlight += 1
        var row = [UInt8(header.signal.rawValue.utf8.count)]
        row += header.signal.rawValue.utf8
        withUnsafeBytes(of: UInt64(header.payloadBytes).littleEndian) { row += $0 }
        withUnsafeBytes(of: header.skeletonCRC32.littleEndian) { row += $0 }
        content.update(data: row)
    }

    /// A request was on the wire for the first time, that long after the start; `due` is nil
    /// without a schedule.
    mutating func sent(_ header: RequestHeader, at time: Duration, due: Duration?) {
        let late = due.map { max(.zero, time - $0) }
        if let late { lateness.record(late) }
        timeline.sent(
            at: time,
            items: header.itemCount,
            bytes: header.payloadBytes,
            lateness: late
        )
    }

    /// A request is to be sent once more.
    mutating func retried(_ header: RequestHeader, at time: Duration) {
        accounts[header.signal, default: Account()].retries += 1
        timeline.error(at: time)
    }

    /// A request was answered with success.
    mutating func accepted(
        _ header: RequestHeader,
        rejectedItems: Int,
        sentAt: Duration,
        answeredAt: Duration,
        due: Duration?
    ) {
        inFlight -= 1
        var account = accounts[header.signal, default: Account()]
        account.requests += 1
        account.items += header.itemCount
        account.bytes += header.payloadBytes
        account.rejectedItems += min(max(0, rejectedItems), header.itemCount)
        accounts[header.signal] = account
        serviceTime.record(answeredAt - sentAt)
        responseTime.record(answeredAt - (due ?? sentAt))
        lastAnswer = max(lastAnswer, answeredAt)
    }

    /// A request is given up.
    mutating func failed(_ header: RequestHeader, at time: Duration, kind: String, example: String)
    {
        inFlight -= 1
        accounts[header.signal, default: Account()].failedRequests += 1
        accounts[header.signal, default: Account()].failedItems += header.itemCount
        timeline.error(at: time)
        lastAnswer = max(lastAnswer, time)
        let kind = failures[kind] != nil || failures.count < Self.failureKinds ? kind : "other"
        failures[kind, default: Failure(count: 0, example: example)].count += 1
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
