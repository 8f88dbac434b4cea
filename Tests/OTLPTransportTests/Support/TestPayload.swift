import TestSupport

/// Bytes that no compression makes smaller; a receiver doesn't look into them.
func payload(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
}
