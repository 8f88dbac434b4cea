/// The values of a block that differ between pieces, in columns: one for each context and width.
struct ValueColumns {
    private struct Key: Hashable {
        let context: UInt32
        let width: UInt32
    }

    private struct Column {
        let width: Int
        var count = 0
        /// Where the next value goes.
        var next = 0
    }

    private var columns: [Column] = []
    private var indexOf: [Key: Int] = [:]
    private var values: [UInt8] = []

    /// The number of a leaf's column, which is to take `count` values more.
    mutating func column(of leaf: Leaf, reserving count: Int) -> Int {
        let key = Key(context: leaf.context, width: leaf.width)
        let index = indexOf[key] ?? columns.count
        if index == columns.count {
            indexOf[key] = index
            columns.append(Column(width: Int(leaf.width)))
        }
        columns[index].count += count
        return index
    }

    /// Calls `body` with what adds a value to a column; each column must get all its values in it.
    mutating func fill(
        _ body: ((_ column: Int, _ value: UnsafeRawPointer) -> Void) -> Void
    ) {
        var total = 0
        for index in columns.indices {
            columns[index].next = total
            total += columns[index].count * columns[index].width
        }
        values = [UInt8](unsafeUninitializedCapacity: total) { buffer, count in
            let base = UnsafeMutableRawBufferPointer(buffer).baseAddress
            columns.withUnsafeMutableBufferPointer { columns in
                body { column, value in
                    let width = columns[column].width
                    let place = columns[column].next
                    columns[column].next = place + width
                    base.unsafelyUnwrapped.advanced(by: place)
                        .copyMemory(from: value, byteCount: width)
                }
            }
            count = total
        }
    }

    /// What a block keeps of the columns: their table, and their bytes in runs that are worth a
    /// stream each.
    func encoded() -> (table: [UInt8], runs: [[UInt8]]) {
        var table = ColumnWriter()
        var runs: [[UInt8]] = []
        var small: [UInt8] = []
        let minimumRun = max(1024, values.count / 1024)
        table.append(UInt64(columns.count))
        for column in columns {
            let end = column.next
            let bytes = values[(end - column.count * column.width)..<end]
            let run: [UInt8]
            table.append(UInt64(column.width))
            if let (entries, indexes) = dictionary(bytes, column.width) {
                table.append(UInt64(entries.count / column.width) << 1 | 1)
                table.append(UInt64(indexes.count))
                run = entries + indexes
            } else {
                table.append(UInt64(column.count) << 1)
                run = Array(bytes)
            }
            // A run of its own gives a stream its own code; too short, it doesn't pay its header.
            if run.count < minimumRun, small.count < minimumRun {
                small += run
            } else {
                if !small.isEmpty { runs.append(small) }
                small = run
            }
        }
        if !small.isEmpty { runs.append(small) }
        return (table.bytes, runs)
    }

    /// The distinct values, and for each value the distance from the index before, where that is
    /// shorter than the values.
    private func dictionary(
        _ bytes: ArraySlice<UInt8>,
        _ width: Int
    ) -> (entries: [UInt8], indexes: [UInt8])? {
        let count = bytes.count / width
        guard width >= 4, count >= 8 else { return nil }
        var slots = [Int32](repeating: -1, count: 1 << (64 - (count * 2).leadingZeroBitCount))
        let mask = slots.count - 1
        var entries: [UInt8] = []
        var entryCount = 0
        var indexes = ColumnWriter()
        var last = 0
        let isWorthIt = bytes.withUnsafeBytes { bytes -> Bool in
            for value in 0..<count {
                let here = UnsafeRawBufferPointer(rebasing: bytes[(value * width)...].prefix(width))
                var slot = hash(here) & mask
                while slots[slot] >= 0 {
                    let place = Int(slots[slot]) * width
                    if entries[place..<(place + width)].elementsEqual(here) { break }
                    slot = (slot + 1) & mask
                }
                if slots[slot] < 0 {
                    slots[slot] = Int32(entryCount)
                    entryCount += 1
                    if entryCount * 2 > count { return false }
                    entries.append(contentsOf: here)
                }
                indexes.append(UInt64(slots[slot]), after: UInt64(last))
                last = Int(slots[slot])
            }
            return true
        }
        return isWorthIt ? (entries, indexes.bytes) : nil
    }

    private func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        var result: UInt64 = 0
        for byte in bytes { result = (result ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: (result ^ result >> 32) & 0x7fff_ffff)
    }
}
