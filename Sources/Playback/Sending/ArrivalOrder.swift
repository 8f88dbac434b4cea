import Algorithms
import OTLP

/// Puts export requests into the order of their arrival, as far as a few blocks' look-ahead
/// reaches: recorded side by side or merged, they need not lie in it.
struct ArrivalOrder {
    /// Blocks held back at most.
    private static let windowBlocks = 4

    private var held: [OutgoingRequest] = []
    private var heldBlocks = 0
    private var latest: UInt64 = 0
    /// Requests that arrived before the one that lies in front of them.
    private(set) var outOfOrder = 0

    /// Adds a block's requests and returns those that none of a later block can precede:
    /// `nextArrival` is the earliest arrival in any later block, nil when there is none.
    mutating func add(_ requests: [OutgoingRequest], nextArrival: Timestamp?) -> [OutgoingRequest] {
        var isSorted = held.isEmpty
        for request in requests {
            let arrival = request.arrival.unixNanoseconds
            if arrival < latest {
                outOfOrder += 1
                isSorted = false
            }
            latest = max(latest, arrival)
        }
        held += requests
        heldBlocks += 1
        if !isSorted {
            held.sort { ($0.arrival, $0.number) < ($1.arrival, $1.number) }
        }
        let limit = nextArrival?.unixNanoseconds ?? .max
        var releasedCount = held.partitioningIndex { $0.arrival.unixNanoseconds > limit }
        if heldBlocks > Self.windowBlocks {
            releasedCount = max(
                releasedCount,
                held.count - held.count * Self.windowBlocks / heldBlocks
            )
            heldBlocks = Self.windowBlocks
        }
        let released = Array(held[..<releasedCount])
        held.removeFirst(releasedCount)
        if held.isEmpty { heldBlocks = 0 }
        return released
    }

    /// Begins anew, for the next lap.
    mutating func restart() {
        held = []
        heldBlocks = 0
        latest = 0
    }
}
