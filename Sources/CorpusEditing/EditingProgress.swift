import Synchronization

/// How far a piece of work on a corpus is, for a line of progress.
public final class EditingProgress: Sendable {
    private struct State {
        var done = 0
        var total: Int?
    }

    private let state = Mutex(State())

    /// Work of which nothing is done.
    public init() {}

    /// How much is done, and of how much, where that is known.
    public var present: (done: Int, total: Int?) {
        state.withLock { ($0.done, $0.total) }
    }

    /// Says of how much there is to do.
    public func expect(_ total: Int) {
        state.withLock { $0.total = ($0.total ?? 0) &+ total }
    }

    /// Says how much is done, and of how much.
    public func set(_ done: Int, of total: Int) {
        state.withLock { $0 = State(done: done, total: total) }
    }

    /// Counts what was done.
    public func add(_ count: Int) {
        state.withLock { $0.done &+= count }
    }
}
