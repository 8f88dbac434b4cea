import OTLP

/// The end of a recording that is not yet in a full block, and what becomes of it: a value without
/// I/O.
///
/// Each commit writes its requests at once: as full blocks when there are enough of them, else as
/// one small block. When enough small blocks have come together, their requests are encoded as full
/// blocks while the recording goes on, and the small ones are deleted in the transaction that writes
/// these: a request is in exactly one block at any time.
struct OpenBlock: Sendable {
    /// A run of requests to be encoded as one block.
    struct Run: Sendable {
        let firstRequest: Int64
        let requests: ArraySlice<PlacedRequest>
        let isSealed: Bool

        /// How many items the requests hold.
        var itemCount: Int { requests.itemCount }
    }

    /// What is to be written.
    struct Plan: Sendable {
        var runs: [Run]
        /// The requests whose small blocks are to be deleted, since they are in the runs.
        var replaced: Range<Int64>?

        /// How many items the requests hold.
        var itemCount: Int { runs.reduce(0) { $0 + $1.itemCount } }
    }

    // A commit seals blocks itself when it has that share of one, or finds that many waiting: then
    // senders are faster than the recorder, for which they are to wait.
    private static let largeShare = 8
    private static let mostWaiting = 4

    private let targetBytes: Int
    private var requests: [PlacedRequest] = []
    private var payloadBytes = 0

    /// The number of the next request.
    private(set) var nextRequest: Int64 = 1

    /// How many items wait in small blocks.
    private(set) var itemCount = 0

    init(targetBytes: Int) {
        self.targetBytes = max(1, targetBytes)
    }

    /// Takes requests that follow those before.
    mutating func append(_ batch: [PlacedRequest]) -> Plan {
        let first = nextRequest
        let bytes = batch.reduce(0) { $0 + $1.prepared.request.payload.count }
        nextRequest += Int64(batch.count)
        payloadBytes += bytes
        let isFlooded =
            bytes >= targetBytes / Self.largeShare || payloadBytes / Self.mostWaiting >= targetBytes
        if payloadBytes >= targetBytes, isFlooded { return takeAll(with: batch) }
        requests += batch
        itemCount += batch.itemCount
        return Plan(runs: [Run(firstRequest: first, requests: batch[...], isSealed: false)])
    }

    /// Takes what waits in small blocks, once it is enough for a full one.
    mutating func sealFull() -> Plan? {
        payloadBytes >= targetBytes ? seal() : nil
    }

    /// Counts requests that are put in a block otherwise.
    mutating func skip(_ count: Int) {
        nextRequest += Int64(count)
    }

    /// Takes all that is left for full blocks, full or not; nil where nothing is.
    mutating func seal() -> Plan? {
        requests.isEmpty ? nil : takeAll(with: [])
    }

    /// All blocks get about the same size, from the target up to twice that, so that nothing is left
    /// over to be encoded again.
    private mutating func takeAll(with batch: [PlacedRequest]) -> Plan {
        let run = requests + batch
        let start = nextRequest - Int64(run.count)
        let replaced = requests.isEmpty ? nil : start..<start + Int64(requests.count)
        let count = max(1, payloadBytes / targetBytes)
        var runs: [Run] = []
        var bytes = 0
        var begin = 0
        for (index, placed) in run.enumerated() {
            bytes += placed.prepared.request.payload.count
            let isLast = index == run.count - 1
            guard isLast || bytes >= payloadBytes / count * (runs.count + 1) else { continue }
            runs.append(
                Run(
                    firstRequest: start + Int64(begin),
                    requests: run[begin...index],
                    isSealed: true
                )
            )
            begin = index + 1
        }
        requests = []
        (payloadBytes, itemCount) = (0, 0)
        return Plan(runs: runs, replaced: replaced)
    }
}
