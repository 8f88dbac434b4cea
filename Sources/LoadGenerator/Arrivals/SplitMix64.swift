/// Sebastiano Vigna's SplitMix64: quick, and the same numbers for the same seed everywhere.
struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, 1.
    mutating func nextUnit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// An index below `count`, lower ones far more often: a fifth of all draws fall on the first
    /// hundredth.
    mutating func nextSkewedIndex(below count: Int) -> Int {
        let unit = nextUnit()
        return min(Int(unit * unit * unit * Double(count)), count - 1)
    }
}
