/// The distinct ids of a block, 8 or 16 bytes each, in the order of their first appearance.
///
/// A hash table with open addressing over the ids themselves: they are random as a rule, and one
/// multiplication spreads those that are not.
struct IdentifierTable {
    private let width: Int
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0
    private var slots: [Int32]
    private var shift: UInt64

    init(width: Int) {
        self.width = width
        slots = [Int32](repeating: -1, count: 64)
        shift = 58
    }

    /// The id's index, and whether it is a new one.
    mutating func index(_ id: UnsafeRawPointer) -> (index: Int, isNew: Bool) {
        let first = id.loadUnaligned(as: UInt64.self)
        let last = id.loadUnaligned(fromByteOffset: width - 8, as: UInt64.self)
        let mask = slots.count - 1
        var slot = home(first, last)
        let found = bytes.withUnsafeBytes { known -> Int? in
            while slots[slot] >= 0 {
                let place = Int(slots[slot]) * width
                if known.loadUnaligned(fromByteOffset: place, as: UInt64.self) == first,
                    known.loadUnaligned(fromByteOffset: place + width - 8, as: UInt64.self) == last
                {
                    return Int(slots[slot])
                }
                slot = (slot + 1) & mask
            }
            return nil
        }
        if let found { return (found, false) }
        slots[slot] = Int32(count)
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: id, count: width))
        count += 1
        if count * 2 > slots.count { grow() }
        return (count - 1, true)
    }

    private func home(_ first: UInt64, _ last: UInt64) -> Int {
        Int(((first ^ (last &* 0x9e37_79b9_7f4a_7c15)) &* 0xd6e8_feb8_6659_fd93) >> shift)
    }

    private mutating func grow() {
        shift -= 1
        slots = [Int32](repeating: -1, count: slots.count * 2)
        let mask = slots.count - 1
        bytes.withUnsafeBytes { known in
            for index in 0..<count {
                let place = index * width
                var slot = home(
                    known.loadUnaligned(fromByteOffset: place, as: UInt64.self),
                    known.loadUnaligned(fromByteOffset: place + width - 8, as: UInt64.self)
                )
                while slots[slot] >= 0 { slot = (slot + 1) & mask }
                slots[slot] = Int32(index)
            }
        }
    }
}
