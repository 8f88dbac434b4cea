import CorpusStore

/// The pages of a SQLite file and of the write-ahead log beside it, each image of a page by itself.
///
/// Nothing is asked of SQLite, and no page leads to another one but for the rest of a long row.
final class PageImages {
    /// Where an image of a page stands.
    enum Image {
        case file(page: Int)
        case log(offset: Int)
    }

    /// Which images the rest of a long row is read from.
    enum View {
        /// The newest ones that match their checksum in the log, or else those in the file.
        case verified
        /// The newest ones in the log, whether or not they match, or else those in the file.
        case newest
        /// Those in the file.
        case file
    }

    private let file: RawFile
    private let logFile: RawFile?
    private let log: WriteAheadLog
    let pageBytes: Int
    let usableBytes: Int
    /// How many pages the file holds, the last one perhaps in part.
    let filePages: Int
    /// How many more pages the file says that it has than there are.
    let missingPages: Int
    /// The views that may differ, the best first.
    let views: [View]
    /// How many more pages of long rows are read, so that rows which share a chain can't make
    /// reading them all take forever.
    private var chainBudget: Int

    /// Opens a file and its log.
    /// - Throws: `CorpusError` when there is no file, or it can't be read.
    init(path: String) throws(CorpusError) {
        file = try RawFile(path: path)
        logFile = try? RawFile(path: path + "-wal")
        (pageBytes, usableBytes) = PageSize.found(in: file, log: logFile)
        log = logFile.map { [pageBytes] in WriteAheadLog($0, pageBytes: pageBytes) } ?? .init()
        filePages = (file.byteCount + pageBytes - 1) / pageBytes
        let head = file.bytes(at: 0, count: 100)
        let claimed = PageSize.isHeader(head) ? head.bigEndian(28, 4) : 0
        missingPages = log.pageCount > 0 ? 0 : max(0, claimed - file.byteCount / pageBytes)
        views =
            log.newest.isEmpty
            ? [.file] : log.doubtful.isEmpty ? [.verified, .file] : [.verified, .newest, .file]
        chainBudget = 64 * (filePages + log.newest.count) + 65_536
    }

    /// The length of the file and its log.
    var byteCount: Int { file.byteCount + (logFile?.byteCount ?? 0) }

    /// Whether more may have been committed than the log tells.
    var isLogDamaged: Bool { log.isDamaged }

    /// Whether rows were given up since they would take too long to read.
    var isExhausted: Bool { chainBudget <= 0 }

    /// Every image that may hold rows: those in the file, the newest verified one of each page in
    /// the log, and those in the log that are not verified.
    func forEachImage(_ body: (Image, [UInt8], _ isFirstPage: Bool) throws -> Void) rethrows {
        for page in 1...max(1, filePages) {
            try body(.file(page: page), bytes(of: .file(page: page)), page == 1)
        }
        for (page, offset) in log.verified.sorted(by: { $0.value < $1.value }) {
            try body(.log(offset: offset), bytes(of: .log(offset: offset)), page == 1)
        }
        for offset in log.doubtful {
            try body(.log(offset: offset), bytes(of: .log(offset: offset)), false)
        }
    }

    func bytes(of image: Image) -> [UInt8] {
        switch image {
        case .file(let page):
            // A chain may lead to any number.
            let (offset, overflow) = (page - 1).multipliedReportingOverflow(by: pageBytes)
            return overflow ? [] : file.bytes(at: offset, count: pageBytes)
        case .log(let offset):
            return logFile?.bytes(at: offset, count: pageBytes) ?? []
        }
    }

    /// What a cell's record holds, its first bytes only where `limit` says so; nil where a page of
    /// it can't be had.
    func record(
        of cell: TableLeaf.Cell,
        on page: [UInt8],
        limit: Int = .max,
        view: View? = nil
    ) -> [UInt8]? {
        let wanted = min(cell.recordBytes, limit)
        guard wanted <= byteCount else { return nil }
        var bytes = Array(page[cell.local].prefix(wanted))
        bytes.reserveCapacity(wanted)
        var next = cell.overflowPage
        // Each page adds to the bytes, so a chain that leads back to itself ends, too.
        while bytes.count < wanted {
            guard next > 0, chainBudget > 0 else { return nil }
            chainBudget -= 1
            let page = self.bytes(of: image(of: next, in: view ?? views[0]))
            let count = min(usableBytes - 4, wanted - bytes.count)
            guard page.count >= 4 + count else { return nil }
            bytes += page[4..<(4 + count)]
            next = page.bigEndian(0, 4)
        }
        return bytes
    }

    private func image(of page: Int, in view: View) -> Image {
        let offset =
            switch view {
            case .verified: log.verified[page]
            case .newest: log.newest[page]
            case .file: Int?.none
            }
        return offset.map { .log(offset: $0) } ?? .file(page: page)
    }
}
