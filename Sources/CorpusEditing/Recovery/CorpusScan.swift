/// All rows of blocks, requests and the recording that a file's pages hold, whether or not a table
/// still leads to them.
struct CorpusScan {
    /// A row of `blocks` and where it stands.
    struct FoundBlock {
        let row: CorpusRows.Block
        let image: PageImages.Image
        let cell: TableLeaf.Cell
    }

    /// A page with rows of `requests` that follow each other without a gap.
    struct RequestPage {
        let ids: ClosedRange<Int64>
        let image: PageImages.Image
        let isFirstPage: Bool
    }

    /// Far more than a corpus has; what is past it in hostile bytes is left.
    private static let maximumBlocks = 1_000_000
    /// Enough for the columns before a block's data.
    private static let blockHeadBytes = 160
    private static let maximumRecordingBytes = 1 << 20

    /// In the order of their first requests, those first that are to be preferred.
    private(set) var blocks: [FoundBlock] = []
    /// In the order of their first ids.
    private(set) var requestPages: [RequestPage] = []
    private(set) var recording: CorpusRows.Recording?
    private var seen: Set<Identity> = []

    /// What two images of the same row have in common.
    private struct Identity: Hashable {
        let firstRequest: Int64
        let recordBytes: Int
        let overflowPage: Int
        let local: [UInt8]
    }

    init(_ images: PageImages) {
        images.forEachImage { image, page, isFirst in
            let cells = TableLeaf.cells(
                of: page,
                usableBytes: images.usableBytes,
                isFirst: isFirst
            )
            if let cells { add(cells, of: page, image, isFirst, images) }
        }
        seen = []
        blocks.sort { left, right in
            let (a, b) = (left.row, right.row)
            return (a.firstRequest, a.isSealed ? 0 : 1, -a.requestCount)
                < (b.firstRequest, b.isSealed ? 0 : 1, -b.requestCount)
        }
        requestPages.sort { $0.ids.lowerBound < $1.ids.lowerBound }
    }

    private mutating func add(
        _ cells: [TableLeaf.Cell],
        of page: [UInt8],
        _ image: PageImages.Image,
        _ isFirst: Bool,
        _ images: PageImages
    ) {
        var ids: [Int64] = []
        for cell in cells {
            guard
                let head = images.record(of: cell, on: page, limit: Self.blockHeadBytes),
                let record = RowRecord(head, recordBytes: cell.recordBytes)
            else { continue }
            switch record.columns.count {
            case 11: addBlock(CorpusRows.Block(record), cell, of: page, image)
            case 8:
                if let row = CorpusRows.Request(record, rowID: cell.rowID) { ids.append(row.id) }
            case 7:
                guard cell.recordBytes <= Self.maximumRecordingBytes,
                    let bytes = images.record(of: cell, on: page),
                    let whole = RowRecord(bytes, recordBytes: cell.recordBytes),
                    let row = CorpusRows.Recording(whole, rowID: cell.rowID)
                else { continue }
                // Images in the log come last; a row there is the newer one.
                if recording?.digest == nil { recording = row }
            default: continue
            }
        }
        if let run = Self.longestRun(ids) {
            requestPages.append(RequestPage(ids: run, image: image, isFirstPage: isFirst))
        }
    }

    private mutating func addBlock(
        _ row: CorpusRows.Block?,
        _ cell: TableLeaf.Cell,
        of page: [UInt8],
        _ image: PageImages.Image
    ) {
        guard let row, blocks.count < Self.maximumBlocks else { return }
        let identity = Identity(
            firstRequest: row.firstRequest,
            recordBytes: cell.recordBytes,
            overflowPage: cell.overflowPage,
            local: Array(page[cell.local])
        )
        guard seen.insert(identity).inserted else { return }
        blocks.append(FoundBlock(row: row, image: image, cell: cell))
    }

    /// A damaged id breaks the order of those around it.
    private static func longestRun(_ ids: [Int64]) -> ClosedRange<Int64>? {
        var longest: ClosedRange<Int64>?
        var start = 0
        for index in ids.indices {
            if index > 0, ids[index] != ids[index - 1] &+ 1 { start = index }
            if index - start >= longest.map({ Int($0.count) }) ?? 0 {
                longest = ids[start]...ids[index]
            }
        }
        return longest
    }

    /// The rows of requests in a range of numbers; several for one where images differ.
    func requests(
        _ range: Range<Int64>,
        _ images: PageImages
    ) -> [Int64: [CorpusRows.Request]] {
        var rows: [Int64: [CorpusRows.Request]] = [:]
        for page in pages(overlapping: range) {
            let bytes = images.bytes(of: page.image)
            let cells = TableLeaf.cells(
                of: bytes,
                usableBytes: images.usableBytes,
                isFirst: page.isFirstPage
            )
            for cell in cells ?? [] where range.contains(cell.rowID) {
                guard let record = images.record(of: cell, on: bytes),
                    let row = RowRecord(record, recordBytes: cell.recordBytes)
                        .flatMap({ CorpusRows.Request($0, rowID: cell.rowID) })
                else { continue }
                rows[row.id, default: []].append(row)
            }
        }
        return rows
    }

    private func pages(overlapping range: Range<Int64>) -> ArraySlice<RequestPage> {
        // A page holds no more rows than it has bytes, so no page that begins earlier reaches here.
        let first = requestPages.partitioningIndex {
            $0.ids.lowerBound >= range.lowerBound &- Int64(UInt16.max)
        }
        let end = requestPages.partitioningIndex { $0.ids.lowerBound >= range.upperBound }
        return requestPages[first..<max(first, end)]
    }

    /// The highest number that a row of `requests` gives.
    var lastRequest: Int64 { requestPages.map(\.ids.upperBound).max() ?? 0 }

    /// Whether anything was found that a corpus has.
    var isEmpty: Bool { blocks.isEmpty && requestPages.isEmpty && recording == nil }
}

extension Array {
    /// The first index from which on the condition holds, where it does to the end.
    fileprivate func partitioningIndex(_ condition: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
