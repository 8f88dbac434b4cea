/// How a replay renames the trace and span ids it fills in (DESIGN: `--ids`).
///
/// The new id is a function of the old one alone, so links, parents, log records and exemplars
/// still name the spans they named before. An id of all zeros, which stands for none, stays.
public struct IdentifierMapping: Equatable, Sendable {
    private let keys: SIMD4<UInt64>?

    /// Ids as recorded.
    public static let keep = IdentifierMapping(keys: nil)

    /// Ids renamed by a bijection, on 128 bits for traces and 64 for spans, that the seed chooses:
    /// the same seed gives the same ids, no two ids fall together, none becomes all zeros.
    public static func fresh(seed: UInt64) -> IdentifierMapping {
        var state = seed
        var keys = SIMD4<UInt64>()
        for index in keys.indices {
            state &+= 0x9e37_79b9_7f4a_7c15
            keys[index] = mixed(state)
        }
        return IdentifierMapping(keys: keys)
    }

    private init(keys: SIMD4<UInt64>?) {
        self.keys = keys
    }

    /// Renames trace ids in place, 16 bytes each.
    func apply(toTraceIDs bytes: UnsafeMutableRawBufferPointer) {
        guard let keys, let base = bytes.baseAddress else { return }
        for offset in stride(from: 0, to: bytes.count - 15, by: 16) {
            let id = (word(base, offset), word(base, offset + 8))
            guard id != (0, 0) else { continue }
            var renamed = Self.permuted(id, keys)
            // Zero stays, so what the permutation sends to zero takes the place of zero's image.
            if renamed == (0, 0) { renamed = Self.permuted((0, 0), keys) }
            store(renamed.0, base, offset)
            store(renamed.1, base, offset + 8)
        }
    }

    /// Renames span ids in place, 8 bytes each.
    func apply(toSpanIDs bytes: UnsafeMutableRawBufferPointer) {
        guard let keys, let base = bytes.baseAddress else { return }
        for offset in stride(from: 0, to: bytes.count - 7, by: 8) {
            let id = word(base, offset)
            guard id != 0 else { continue }
            let renamed = Self.permuted(id, keys)
            store(renamed == 0 ? Self.permuted(0, keys) : renamed, base, offset)
        }
    }

    private func word(_ base: UnsafeMutableRawPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private func store(_ word: UInt64, _ base: UnsafeMutableRawPointer, _ offset: Int) {
        base.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
    }

    /// Each step is invertible: exclusive or, shift and exclusive or, multiplication by an odd number.
    private static func permuted(_ id: UInt64, _ keys: SIMD4<UInt64>) -> UInt64 {
        mixed(mixed(id ^ keys[0]) &+ keys[1]) ^ keys[2]
    }

    /// Four rounds of a Feistel network over the two halves.
    private static func permuted(
        _ id: (UInt64, UInt64),
        _ keys: SIMD4<UInt64>
    ) -> (UInt64, UInt64) {
        var (left, right) = id
        for round in keys.indices {
            (left, right) = (right, left ^ mixed(right &+ keys[round]))
        }
        return (left, right)
    }

    /// The finalizer of SplitMix64, a bijection.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
