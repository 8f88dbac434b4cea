/// The rows that begin on a leaf page of a table (sqlite.org/fileformat2.html, "B-tree Pages").
enum TableLeaf {
    static let kind: UInt8 = 13

    /// Where a row stands.
    struct Cell: Hashable {
        let rowID: Int64
        /// Which of the page's cells it is, from 0 on.
        let index: Int
        /// The length of its record.
        let recordBytes: Int
        /// Where the record, or its beginning, stands on the page.
        let local: Range<Int>
        /// The page on which the record goes on; 0 for none.
        let overflowPage: Int
    }

    /// The length of the longest record that is believed.
    private static let maximumRecordBytes = 1 << 30

    /// The cells of a page, those left out that can't be; nil where it is no leaf page of a table.
    static func cells(of page: [UInt8], usableBytes: Int, isFirst: Bool) -> [Cell]? {
        let head = isFirst ? 100 : 0
        guard page.count >= usableBytes, usableBytes > head + 8, page[head] == kind else {
            return nil
        }
        let count = page.bigEndian(head + 3, 2)
        let pointersEnd = head + 8 + 2 * count
        guard pointersEnd <= usableBytes else { return nil }
        return (0..<count).compactMap { index in
            let place = page.bigEndian(head + 8 + 2 * index, 2)
            guard place >= pointersEnd else { return nil }
            return cell(index, at: place, page, usableBytes)
        }
    }

    private static func cell(
        _ index: Int,
        at place: Int,
        _ page: [UInt8],
        _ usableBytes: Int
    ) -> Cell? {
        guard let (length, lengthEnd) = page.sqliteVarint(place, before: usableBytes),
            let (rowID, start) = page.sqliteVarint(lengthEnd, before: usableBytes),
            length <= UInt64(maximumRecordBytes)
        else { return nil }
        let (recordBytes, longest) = (Int(length), usableBytes - 35)
        var local = recordBytes
        if recordBytes > longest {
            let least = (usableBytes - 12) * 32 / 255 - 23
            let fitting = least + (recordBytes - least) % (usableBytes - 4)
            local = fitting <= longest ? fitting : least
        }
        let end = start + local
        let hasOverflow = local < recordBytes
        guard end + (hasOverflow ? 4 : 0) <= usableBytes else { return nil }
        return Cell(
            rowID: Int64(bitPattern: rowID),
            index: index,
            recordBytes: recordBytes,
            local: start..<end,
            overflowPage: hasOverflow ? page.bigEndian(end, 4) : 0
        )
    }
}
