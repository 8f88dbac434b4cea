/// Finds how long a file's pages are, and how much of each is used, from the pages themselves:
/// the header that says so may be what was damaged.
enum PageSize {
    private static let sampled = 256
    private static let sizes = [8192, 4096, 16384, 32768, 65536, 2048, 1024, 512]

    /// Whether the bytes begin as a SQLite file does.
    static func isHeader(_ head: [UInt8]) -> Bool {
        head.starts(with: Array("SQLite format 3\0".utf8))
    }

    /// The size under which most pages make sense; what the headers say, or 8,192, where none do.
    static func found(in file: RawFile, log: RawFile?) -> (pageBytes: Int, usableBytes: Int) {
        let head = file.bytes(at: 0, count: 100)
        let logHead = log?.bytes(at: 0, count: 32) ?? []
        var claimed: [Int] = []
        if isHeader(head) {
            claimed.append(head.bigEndian(16, 2) == 1 ? 65536 : head.bigEndian(16, 2))
        }
        if logHead.bigEndian(0, 4) & ~1 == WriteAheadLog.magic {
            claimed.append(logHead.bigEndian(8, 4))
        }
        let sizes = claimed.filter(sizes.contains) + sizes
        let reserved = isHeader(head) ? head.bigEndian(20, 1) : 0
        var best = (score: -1, pageBytes: 8192, usableBytes: 8192)
        for size in sizes {
            // 12 bytes are what Apple's SQLite keeps for itself.
            for kept in [reserved, 0, 12] where size - kept >= 480 {
                let score = score(file, size, size - kept)
                if score > best.score { best = (score, size, size - kept) }
            }
        }
        return (best.pageBytes, best.usableBytes)
    }

    /// How many bytes of the pages looked at begin with a table's leaf page whose first row ends
    /// where the used part does, as the first that was put there must.
    private static func score(_ file: RawFile, _ pageBytes: Int, _ usableBytes: Int) -> Int {
        let pages = file.byteCount / pageBytes
        let step = max(1, pages / sampled)
        var score = 0
        for page in stride(from: 0, to: pages, by: step) {
            let bytes = file.bytes(at: page * pageBytes, count: pageBytes)
            let cells = TableLeaf.cells(of: bytes, usableBytes: usableBytes, isFirst: page == 0)
            let ends = cells?.map { $0.local.upperBound + ($0.overflowPage > 0 ? 4 : 0) }
            if ends?.max() == usableBytes { score += pageBytes }
        }
        return score
    }
}
