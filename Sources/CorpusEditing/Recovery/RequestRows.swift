import Algorithms

/// The rows of `requests` that a file's pages hold, read again from their pages each time.
struct RequestRows {
    /// A page with such rows.
    private struct Page {
        let ids: ClosedRange<Int64>
        let image: PageImages.Image
        let isFirst: Bool
    }

    let images: PageImages
    private var pages: [Page] = []
    private var widest: Int64 = 0

    init(_ images: PageImages) {
        self.images = images
    }

    /// Whether there are none.
    var isEmpty: Bool { pages.isEmpty }

    /// The highest number that a row gives.
    var last: Int64 { pages.map(\.ids.upperBound).max() ?? 0 }

    /// Takes a page with these rows, those of them whose numbers are positive and up to `highest`.
    mutating func add(
        _ rows: [TableLeaf.Cell],
        upTo highest: Int64,
        on image: PageImages.Image,
        isFirst: Bool
    ) {
        // Those that stand far from where most do are damaged.
        let origins = Self.origins(of: rows)
        let (most, count) = (origins.values.max(), Int64(rows.count))
        guard let origin = origins.filter({ $0.value == most }).keys.min(), origin <= highest
        else { return }
        let near = max(1, origin - count)...min(highest, max(1, origin) + 2 * count)
        let kept = Self.believed(rows).map(\.rowID).filter(near.contains)
        guard let first = kept.min(), let last = kept.max() else { return }
        pages.append(Page(ids: first...last, image: image, isFirst: isFirst))
        widest = max(widest, last - first)
    }

    /// For each number that the page's first cell would have to have, how many rows count on from
    /// it: one by one from cell to cell.
    private static func origins(of rows: [TableLeaf.Cell]) -> [Int64: Int] {
        rows.reduce(into: [:]) { $0[$1.rowID &- Int64($1.index), default: 0] += 1 }
    }

    /// Those of a page's rows whose number is not damaged, as it counts on from that of another, if
    /// any does.
    private static func believed(_ rows: [TableLeaf.Cell]) -> [TableLeaf.Cell] {
        let origins = origins(of: rows)
        guard origins.values.contains(where: { $0 > 1 }) else { return rows }
        return rows.filter { origins[$0.rowID &- Int64($0.index), default: 0] > 1 }
    }

    /// Ends the taking of pages.
    mutating func sort() {
        pages.sort { $0.ids.lowerBound < $1.ids.lowerBound }
    }

    /// Gives the rows whose numbers are in a range, page by page; several of one number where
    /// images differ.
    func forEach(
        in range: ClosedRange<Int64> = 1...Int64.max,
        _ body: (CorpusRows.Request) throws -> Void
    ) rethrows {
        let (from, _) = range.lowerBound.subtractingReportingOverflow(widest)
        let start = pages.partitioningIndex { $0.ids.lowerBound >= from }
        for page in pages[start...] {
            guard page.ids.lowerBound <= range.upperBound else { return }
            guard page.ids.overlaps(range) else { continue }
            let wanted = page.ids.clamped(to: range)
            let bytes = images.bytes(of: page.image)
            let cells = TableLeaf.cells(
                of: bytes,
                usableBytes: images.usableBytes,
                isFirst: page.isFirst
            )
            for cell in Self.believed(cells ?? []) where wanted.contains(cell.rowID) {
                guard let record = images.record(of: cell, on: bytes),
                    let row = RowRecord(record, recordBytes: cell.recordBytes)
                        .flatMap({ CorpusRows.Request($0, rowID: cell.rowID) })
                else { continue }
                try body(row)
            }
        }
    }
}
