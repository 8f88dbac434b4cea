import CorpusStore
import Crypto
import Latency
import OTLP

/// Accounts for every export request of a replay, as it is sent and answered.
struct ReplayLedger: Sendable {
    /// What became of one signal's requests.
    struct Account: Sendable {
        var offeredRequests = 0
        var sentRequests = 0
        var sentItems = 0
        var sentBytes = 0
        var requests = 0
        var items = 0
        var bytes = 0
        var rejectedItems = 0
        var retries = 0
        var retryBytes = 0
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

    private var byCode = [Account](repeating: Account(), count: Signal.allCases.count)
    private(set) var lateness = LatencyHistogram()
    private(set) var serviceTime = LatencyHistogram()
    private(set) var responseTime = LatencyHistogram()
    private(set) var sendGaps = GapRecorder()
    var timeline = Timeline()
    var leftOut = LeftOut()
    var outOfOrder = 0
    var events: [ReplayReport.Event] = []
    /// What kept the replay from going on.
    var error: String?
    private(set) var failures: [String: Failure] = [:]
    private(set) var firstSend: Duration?
    private(set) var lastSend: Duration = .zero
    private(set) var lastAnswer: Duration = .zero
    private(set) var inFlight = 0
    private var content = SHA256()

    /// "sha256:" and 64 hex digits over what was sent, timestamps and ids excluded, in order.
    var contentDigest: String {
        "sha256:" + content.finalize().map { Self.hexadecimal($0) }.joined()
    }

    /// What became of a signal's requests.
    private(set) subscript(signal: Signal) -> Account {
        get { byCode[Self.index(signal)] }
        set { byCode[Self.index(signal)] = newValue }
    }

    /// Sums over the signals.
    var total: Account {
        byCode.reduce(into: Account()) { total, account in
            total.requests += account.requests
            total.items += account.items
            total.bytes += account.bytes
            total.rejectedItems += account.rejectedItems
            total.retries += account.retries
            total.failedRequests += account.failedRequests
            total.failedItems += account.failedItems
            total.sentRequests += account.sentRequests
        }
    }

    /// A request leaves the schedule; to be called in the schedule's order.
    mutating func began(_ request: OutgoingRequest) {
        inFlight += 1
        self[request.signal].offeredRequests += 1
        let name = request.signal.rawValue
        var row = [UInt8(name.utf8.count)]
        row += name.utf8
        withUnsafeBytes(of: UInt64(request.payloadBytes).littleEndian) { row += $0 }
        withUnsafeBytes(of: request.skeletonCRC32.littleEndian) { row += $0 }
        content.update(data: row)
    }

    /// The request begun as number `number`, from 0, was on the wire for the first time, that long
    /// after the start; `due` is nil without a schedule.
    mutating func sent(_ request: OutgoingRequest, number: Int, at time: Duration, due: Duration?) {
        let late = due.map { max(.zero, time - $0) }
        if let late { lateness.record(late) }
        sendGaps.record(number, sentAt: time)
        firstSend = min(firstSend ?? time, time)
        lastSend = max(lastSend, time)
        self[request.signal].sentRequests += 1
        self[request.signal].sentItems += request.itemCount
        self[request.signal].sentBytes += request.payloadBytes
        timeline.sent(
            at: time,
            items: request.itemCount,
            bytes: request.payloadBytes,
            lateness: late
        )
    }

    /// The request begun as number `number` ended without ever having been on the wire.
    mutating func neverSent(number: Int) {
        sendGaps.record(number, sentAt: nil)
    }

    /// A try failed, and the request is to be sent once more.
    mutating func retried(_ request: OutgoingRequest, at time: Duration) {
        self[request.signal].retries += 1
        self[request.signal].retryBytes += request.payloadBytes
        timeline.error(at: time)
    }

    /// A request was answered with success.
    mutating func accepted(
        _ request: OutgoingRequest,
        rejectedItems: Int,
        sentAt: Duration,
        answeredAt: Duration,
        due: Duration?
    ) {
        inFlight -= 1
        self[request.signal].requests += 1
        self[request.signal].items += request.itemCount
        self[request.signal].bytes += request.payloadBytes
        self[request.signal].rejectedItems += min(max(0, rejectedItems), request.itemCount)
        serviceTime.record(answeredAt - sentAt)
        responseTime.record(answeredAt - (due ?? sentAt))
        lastAnswer = max(lastAnswer, answeredAt)
    }

    /// A request is given up.
    mutating func failed(
        _ request: OutgoingRequest,
        at time: Duration,
        kind: String,
        example: String
    ) {
        inFlight -= 1
        self[request.signal].failedRequests += 1
        self[request.signal].failedItems += request.itemCount
        timeline.error(at: time)
        lastAnswer = max(lastAnswer, time)
        let kind = failures[kind] != nil || failures.count < Self.failureKinds ? kind : "other"
        failures[kind, default: Failure(count: 0, example: example)].count += 1
    }

    private static func index(_ signal: Signal) -> Int {
        switch signal {
        case .traces: 0
        case .metrics: 1
        case .logs: 2
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
