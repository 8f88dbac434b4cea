/// Decides which items are taken, and when those that wait become a batch
/// (Trace SDK specification, "Batching processor").
///
/// It counts items and knows nothing of them, nor of clocks: that the schedule delay has elapsed is
/// an event it is told of.
struct BatchSchedule {
    /// What became of an item.
    enum Admission: Equatable {
        case dropped
        case queued
        /// The item is queued, and with it the first batch is complete.
        case batchComplete
    }

    /// What to do next.
    enum Step: Equatable {
        case export(count: Int)
        case wait
        case finish
    }

    let queueSize: Int
    let batchSize: Int
    private(set) var queuedCount = 0
    private var dueCount = 0
    private var isShutDown = false

    init(queueSize: Int, batchSize: Int) {
        self.queueSize = max(1, queueSize)
        self.batchSize = min(max(1, batchSize), self.queueSize)
    }

    mutating func admit() -> Admission {
        guard !isShutDown, queuedCount < queueSize else { return .dropped }
        queuedCount += 1
        return queuedCount == batchSize ? .batchComplete : .queued
    }

    /// The schedule delay has elapsed, or someone waits for what is queued.
    mutating func makeQueuedDue() {
        dueCount = queuedCount
    }

    /// From now on, items are dropped and those queued are due.
    mutating func shutDown() {
        isShutDown = true
        dueCount = queuedCount
    }

    /// Counts the batch it asks for as gone.
    mutating func next() -> Step {
        guard queuedCount >= batchSize || dueCount > 0 else {
            return isShutDown ? .finish : .wait
        }
        let count = min(queuedCount, batchSize)
        queuedCount -= count
        dueCount = max(0, dueCount - count)
        return .export(count: count)
    }

    /// Drops all that is queued, and tells how many items that were.
    mutating func abandon() -> Int {
        defer { (queuedCount, dueCount) = (0, 0) }
        return queuedCount
    }
}
