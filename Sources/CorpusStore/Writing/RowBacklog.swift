import OTLP

/// Full blocks, committed, whose items have no rows yet: a value without I/O.
///
/// Rows are added a few requests at a time, since adding those of a whole block would keep senders
/// waiting for some twenty milliseconds.
struct RowBacklog: Sendable {
    /// Requests of one block that get their rows together.
    struct Portion: Sendable {
        let firstRequest: Int64
        let requests: ArraySlice<PlacedRequest>
        /// The first request of the block that has all its rows with these.
        let completedBlock: Int64?

        /// How many items the requests hold.
        var itemCount: Int { requests.itemCount }
    }

    private struct Block {
        let firstRequest: Int64
        var nextRequest: Int64
        var requests: ArraySlice<PlacedRequest>
    }

    private var blocks: [Block] = []

    /// How many items wait for their rows.
    private(set) var itemCount = 0

    /// Whether no block waits; one without items may.
    var isEmpty: Bool { blocks.isEmpty }

    /// Adds a block's requests.
    mutating func add(_ run: OpenBlock.Run) {
        blocks.append(
            Block(
                firstRequest: run.firstRequest,
                nextRequest: run.firstRequest,
                requests: run.requests
            )
        )
        itemCount += run.itemCount
    }

    /// The requests that come next: as many as hold that many items, but one at least, and all of a
    /// block that has few more.
    func next(items limit: Int) -> Portion? {
        guard let block = blocks.first else { return nil }
        var end = block.requests.startIndex
        var items = 0
        repeat {
            items += block.requests[end].prepared.scan.items.count
            end += 1
        } while end < block.requests.endIndex && items < limit
        if block.requests[end...].itemCount <= items { end = block.requests.endIndex }
        return Portion(
            firstRequest: block.nextRequest,
            requests: block.requests[..<end],
            completedBlock: end == block.requests.endIndex ? block.firstRequest : nil
        )
    }

    /// Removes what ``next(items:)`` gave, whose rows are there now.
    mutating func remove(_ portion: Portion) {
        itemCount -= portion.itemCount
        if portion.completedBlock != nil {
            blocks.removeFirst()
        } else {
            blocks[0].nextRequest += Int64(portion.requests.count)
            blocks[0].requests = blocks[0].requests.dropFirst(portion.requests.count)
        }
    }
}

extension RowBacklog.Portion {
    /// All requests of a block.
    init(_ run: OpenBlock.Run) {
        self.init(
            firstRequest: run.firstRequest,
            requests: run.requests,
            completedBlock: run.firstRequest
        )
    }
}
