/// What the timestamps and ids of a signal are told from: the last ones before them.
struct SignalHistory {
    var lastTrace = 0
    var lastSpan = 0
    var lastStart: UInt64 = 0
    /// The latest times of data points, and of what else stands outside any trace.
    var recentTimes = RecentTimes()
}

/// A ring of the last ``BlockLayout/recentTimes`` times: a delta point begins where an earlier one
/// of its series ended.
struct RecentTimes {
    private var times = SIMD16<UInt64>()
    private var newest = 0
    /// The last time, apart since it is asked for most.
    private(set) var last: UInt64 = 0

    /// The time that came the given number of times (0…15) before the last one.
    @inline(__always)
    mutating func time(back: Int) -> UInt64 {
        // Through a pointer: a vector's subscript would copy all of it to reach one.
        let place = (newest &- back) & 15
        return withUnsafeBytes(of: &times) {
            $0.load(fromByteOffset: 8 * place, as: UInt64.self)
        }
    }

    @inline(__always)
    mutating func append(_ time: UInt64) {
        newest = (newest &+ 1) & 15
        let place = newest
        withUnsafeMutableBytes(of: &times) {
            $0.storeBytes(of: time, toByteOffset: 8 * place, as: UInt64.self)
        }
        last = time
    }

    mutating func back(to time: UInt64) -> Int? {
        (0..<BlockLayout.recentTimes).first { self.time(back: $0) == time }
    }
}
