/// SplitMix64 (Steele, Lea and Flood, 2014): small, fast, and the same everywhere.
struct SplitMix64: RandomNumberGenerator {
    static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

    private var state: UInt64

    init(state: UInt64) {
        self.state = state
    }

    mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mix(state)
    }

    /// From 0 up to, not including, 1.
    mutating func nextFraction() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A bijection that leaves no resemblance between neighbours.
    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
