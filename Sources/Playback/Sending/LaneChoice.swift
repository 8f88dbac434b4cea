/// Which lane sends which request of a schedule: decisions only.
///
/// The first one, as long as it has the time and the connections for it. Requests that are due
/// nearly at the same time came from several clients at once, and one thread can't begin one of
/// them before it has written the other.
struct LaneChoice {
    /// What making a request ready takes, with cold caches.
    private static let preparation: Duration = .microseconds(60)
    /// What writing a body takes where the connection is new; half of that where it is not.
    private static let nanosecondsPerKilobyte = 1_500

    private struct Lane {
        /// When its last request is due.
        var lastDue: Duration = .zero
        /// When it has the time for another one.
        var free: Duration = .zero
    }

    private var lanes: [Lane]
    /// Requests that a lane has connections for.
    private let most: Int

    init(lanes: Int, most: Int) {
        self.lanes = [Lane](repeating: Lane(), count: max(1, lanes))
        self.most = most
    }

    /// The lane of the next request in the schedule's order, where the lanes have so many under way.
    mutating func next(due: Duration, bytes: Int, underWay: (_ lane: Int) -> Int) -> Int {
        let able = lanes.indices.filter { underWay($0) < most }
        // Where none has the time, the one that has been at its last request the longest: it can
        // begin another between two parts of the body.
        let index =
            able.first { lanes[$0].free <= due }
            ?? able.min { lanes[$0].lastDue < lanes[$1].lastDue }
            ?? lanes.indices.min { underWay($0) < underWay($1) } ?? 0
        let writing: Duration = .nanoseconds(bytes / 1_000 * Self.nanosecondsPerKilobyte)
        lanes[index].lastDue = due
        lanes[index].free = max(lanes[index].free, due) + Self.preparation + writing
        return index
    }
}
