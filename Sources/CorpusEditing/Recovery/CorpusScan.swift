/// All rows of blocks, requests and the recording that a file's pages hold, whether or not a table
/// still leads to them.
struct CorpusScan {
    /// A row of `blocks` and where it stands.
    struct FoundBlock {
        let row: CorpusRows.Block
        let image: PageImages.Image
        let cell: TableLeaf.Cell
    }

    /// As many as a corpus of a terabyte has.
    private static let maximumBlocks = 400_000
    /// Enough for the columns before a block's data.
    private static let blockHeadBytes = 160
    private static let maximumRecordingBytes = 1 << 20
    /// No export request takes less: its row alone takes more.
    private static let leastRequestBytes = 32

    let images: PageImages
    /// In the order of their first requests, those first that are to be preferred.
    private(set) var blocks: [FoundBlock] = []
    private(set) var requests: RequestRows
    private(set) var recording: CorpusRows.Recording?
    /// Whether there are more rows of blocks than are believed.
    private(set) var isCut = false
    /// The highest number that an export request can have had.
    let highestNumber: Int64
    /// Hashes of the rows met, which may stand in the log as well as in the file.
    private var seen: Set<Int> = []

    /// Reads every page once.
    /// - Throws: `CancellationError`.
    init(_ images: PageImages, _ progress: EditingProgress) throws {
        self.images = images
        let bytes = images.byteCount + images.missingPages * images.pageBytes
        highestNumber = Int64(bytes / Self.leastRequestBytes + 1)
        requests = RequestRows(images)
        try images.forEachImage { image, page, isFirst in
            try Task.checkCancellation()
            progress.add(page.count)
            add(page, image, isFirst)
        }
        seen = []
        blocks.sort { left, right in
            let (a, b) = (left.row, right.row)
            return (a.firstRequest, a.isSealed ? 0 : 1, b.requestCount)
                < (b.firstRequest, b.isSealed ? 0 : 1, a.requestCount)
        }
        requests.sort()
    }

    /// Whether nothing was found that a corpus has.
    var isEmpty: Bool { blocks.isEmpty && requests.isEmpty && recording == nil }

    private mutating func add(_ page: [UInt8], _ image: PageImages.Image, _ isFirst: Bool) {
        var rows: [TableLeaf.Cell] = []
        let cells = TableLeaf.cells(of: page, usableBytes: images.usableBytes, isFirst: isFirst)
        for cell in cells ?? [] {
            guard
                let head = images.record(of: cell, on: page, limit: Self.blockHeadBytes),
                let record = RowRecord(head, recordBytes: cell.recordBytes)
            else { continue }
            switch record.columns.count {
            case 11: addBlock(CorpusRows.Block(record), cell, of: page, image)
            case 8, 9:
                if CorpusRows.Request(record, rowID: cell.rowID) != nil { rows.append(cell) }
            case 7: addRecording(cell, of: page)
            default: continue
            }
        }
        requests.add(rows, upTo: highestNumber, on: image, isFirst: isFirst)
    }

    private mutating func addBlock(
        _ row: CorpusRows.Block?,
        _ cell: TableLeaf.Cell,
        of page: [UInt8],
        _ image: PageImages.Image
    ) {
        guard let row else { return }
        var hasher = Hasher()
        hasher.combine(cell.overflowPage)
        hasher.combine(cell.recordBytes)
        page[cell.local].withUnsafeBytes { hasher.combine(bytes: $0) }
        guard seen.insert(hasher.finalize()).inserted else { return }
        guard blocks.count < Self.maximumBlocks else {
            isCut = true
            return
        }
        blocks.append(FoundBlock(row: row, image: image, cell: cell))
    }

    private mutating func addRecording(_ cell: TableLeaf.Cell, of page: [UInt8]) {
        guard cell.recordBytes <= Self.maximumRecordingBytes,
            let bytes = images.record(of: cell, on: page),
            let record = RowRecord(bytes, recordBytes: cell.recordBytes),
            let row = CorpusRows.Recording(record, rowID: cell.rowID)
        else { return }
        // Images in the log come last; a row there is the newer one.
        if recording?.digest == nil { recording = row }
    }
}
