import Foundation

/// Remembers the row of each name that items share, found by the name's bytes as they stand in a
/// payload, without making text of them.
///
/// Bounded: past the limit everything is forgotten, and looked up in the tables again.
package struct NameCache {
    /// What a name belongs to, besides its bytes.
    package struct Scope: Equatable {
        /// Tells apart the tables that share the cache.
        let table: UInt8
        /// The row that the name belongs to; 0 where it stands alone.
        let owner: Int64
        let first: UInt8
        let second: UInt8
        /// Where a second text begins in the bytes.
        let split: Int32

        package init(
            table: UInt8,
            owner: Int64 = 0,
            first: UInt8 = 0,
            second: UInt8 = 0,
            split: Int32 = 0
        ) {
            self.table = table
            self.owner = owner
            self.first = first
            self.second = second
            self.split = split
        }
    }

    private struct Entry {
        let hash: UInt64
        let scope: Scope
        let start: Int
        let count: Int
        let row: Int64
    }

    private static let entryLimit = 50_000
    private static let byteLimit = 4 << 20
    private var entries: [Entry] = []
    private var bytes: [UInt8] = []
    /// Places in ``entries``, −1 where free; a power of two of them, less than half of them taken.
    private var slots = [Int32](repeating: -1, count: 1_024)
    // Not to be foreseen, so that no sender can make all names collide.
    private let seed = UInt64.random(in: .min ... .max)

    package init() {}

    /// The row of a name, if it is remembered.
    package func row(of name: UnsafeRawBufferPointer, in scope: Scope) -> Int64? {
        let hash = hash(name, scope)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let entry = entries[Int(slots[slot])]
            if entry.hash == hash, entry.scope == scope, isEqual(entry, name) { return entry.row }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Remembers a name that is not remembered yet.
    package mutating func remember(_ name: UnsafeRawBufferPointer, in scope: Scope, row: Int64) {
        if entries.count >= Self.entryLimit || bytes.count + name.count > Self.byteLimit {
            entries.removeAll(keepingCapacity: true)
            bytes.removeAll(keepingCapacity: true)
            for slot in slots.indices { slots[slot] = -1 }
        }
        entries.append(
            Entry(
                hash: hash(name, scope),
                scope: scope,
                start: bytes.count,
                count: name.count,
                row: row
            )
        )
        bytes.append(contentsOf: name)
        if entries.count * 2 > slots.count {
            slots = [Int32](repeating: -1, count: slots.count * 2)
            for place in entries.indices { link(place) }
        } else {
            link(entries.count - 1)
        }
    }

    private mutating func link(_ place: Int) {
        var slot = Int(truncatingIfNeeded: entries[place].hash) & (slots.count - 1)
        while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(place)
    }

    private func isEqual(_ entry: Entry, _ name: UnsafeRawBufferPointer) -> Bool {
        guard entry.count == name.count else { return false }
        guard let name = name.baseAddress else { return true }
        return bytes.withUnsafeBytes { known in
            known.baseAddress.map { memcmp($0 + entry.start, name, entry.count) == 0 } ?? true
        }
    }

    private func hash(_ name: UnsafeRawBufferPointer, _ scope: Scope) -> UInt64 {
        var hash = seed ^ UInt64(bitPattern: scope.owner)
        hash = Self.mix(
            hash,
            UInt64(scope.table) << 16 | UInt64(scope.first) << 8 | UInt64(scope.second)
        )
        hash = Self.mix(hash, UInt64(name.count) << 32 | UInt64(UInt32(bitPattern: scope.split)))
        var offset = 0
        while name.count - offset >= 8 {
            hash = Self.mix(hash, name.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < name.count {
            rest = rest << 8 | UInt64(name[offset])
            offset += 1
        }
        return Self.mix(hash, rest)
    }

    /// A multiplication to 128 bits, folded: each bit of the result depends on all of both.
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(
            by: word ^ 0xd6e8_feb8_6659_fd93
        )
        return product.high ^ product.low
    }
}
