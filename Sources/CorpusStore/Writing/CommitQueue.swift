/// Decides who commits: the first request to find nobody committing does, for itself and for all
/// that came meanwhile, and hands the duty to the first of those left waiting.
///
/// A value without I/O. What it holds is bounded by the bytes let in with ``admit(bytes:)``.
struct CommitQueue<Element: Sendable>: Sendable {
    /// What whoever waits is woken with.
    enum Wake: Sendable {
        /// Its request was committed.
        case committed
        /// It was not, for the reason given.
        case failed(CorpusError)
        /// It is to commit what is queued, its own request among it.
        case lead
    }

    /// One that waits for its request to be committed.
    struct Waiter: Sendable {
        let element: Element
        let wake: @Sendable (Wake) -> Void
    }

    private let capacityBytes: Int
    private var heldBytes = 0
    private var heldRequests = 0
    private var waiters: [Waiter] = []
    private var isCommitting = false
    private var isClosed = false
    private var onDrained: [@Sendable () -> Void] = []

    init(capacityBytes: Int) {
        self.capacityBytes = capacityBytes
    }

    /// Whether nothing is let in any more.
    var closed: Bool { isClosed }

    /// Lets a request of that size in, or says that there is no room.
    ///
    /// One that finds the queue empty is let in whatever its size.
    mutating func admit(bytes: Int) -> Bool {
        guard !isClosed, heldRequests == 0 || heldBytes + bytes <= capacityBytes else {
            return false
        }
        heldBytes += bytes
        heldRequests += 1
        return true
    }

    /// Gives back the room of a request that was let in.
    /// - Returns: what is to be told that the queue, closed, holds nothing any more.
    mutating func release(bytes: Int) -> [@Sendable () -> Void] {
        heldBytes -= bytes
        heldRequests -= 1
        guard isClosed, heldRequests == 0 else { return [] }
        defer { onDrained = [] }
        return onDrained
    }

    /// Adds a request that waits.
    /// - Returns: whether it must commit, since nobody else does.
    mutating func enqueue(_ waiter: Waiter) -> Bool {
        waiters.append(waiter)
        guard !isCommitting else { return false }
        isCommitting = true
        return true
    }

    /// All that is queued, for the one who commits.
    mutating func takeAll() -> [Waiter] {
        defer { waiters.removeAll() }
        return waiters
    }

    /// Ends a commit.
    /// - Returns: who must commit next, if anyone waits.
    mutating func commitEnded() -> Waiter? {
        isCommitting = !waiters.isEmpty
        return waiters.first
    }

    /// Lets nothing in any more.
    ///
    /// - Returns: whether nothing is held; otherwise `drained` is among what a later release returns.
    mutating func close(drained: @escaping @Sendable () -> Void) -> Bool {
        isClosed = true
        guard heldRequests > 0 else { return true }
        onDrained.append(drained)
        return false
    }
}
