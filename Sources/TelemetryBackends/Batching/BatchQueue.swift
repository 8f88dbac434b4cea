/// A first-in, first-out queue kept in batches, so that one leaves without copying its items.
struct BatchQueue<Item> {
    private let batchSize: Int
    private var complete: [[Item]] = []
    private var filling: [Item] = []

    init(batchSize: Int) {
        self.batchSize = batchSize
    }

    mutating func append(_ item: Item) {
        if filling.isEmpty {
            filling.reserveCapacity(min(batchSize, 1_024))
        }
        filling.append(item)
        if filling.count == batchSize {
            complete.append(filling)
            filling = []
        }
    }

    /// The oldest items, as many as a batch holds if there are; empty when none are left.
    mutating func removeBatch() -> [Item] {
        if !complete.isEmpty {
            return complete.removeFirst()
        }
        defer { filling = [] }
        return filling
    }
}
