import Synchronization

/// The latest orders, in memory; the oldest makes room for the next.
final class OrderStore: Sendable {
    private struct State {
        var orders: [String: Order] = [:]
        /// A ring: once full, `next` is the oldest.
        var ids: [String] = []
        var next = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int {
        state.withLock { $0.orders.count }
    }

    func order(_ id: String) -> Order? {
        state.withLock { $0.orders[id] }
    }

    func insert(_ order: Order) {
        state.withLock { state in
            if state.ids.count < capacity {
                state.ids.append(order.id)
            } else {
                state.orders[state.ids[state.next]] = nil
                state.ids[state.next] = order.id
                state.next = (state.next + 1) % capacity
            }
            state.orders[order.id] = order
        }
    }
}
