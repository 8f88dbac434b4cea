import CorpusStore
import Foundation

/// The pages of a SQLite file and of the write-ahead log beside it, each image of a page by itself.
///
/// Nothing is asked of SQLite, and no page leads to another one but for the rest of a long row.
final class PageImages {
    /// Where an image of a page stands.
    enum Image: Hashable {
        case file(page: Int)
        case log(offset: Int)
    }

    private let file: RawFile
    private let logFile: RawFile?
    private let log: WriteAheadLog
    let pageBytes: Int
    let usableBytes: Int
    /// How many pages the file holds, the last one perhaps in part.
    let filePages: Int
    /// How many more pages than there are the file says that it has.
    let missingPages: Int
    /// How many more pages of long rows are read, so that rows which share a chain can't make
    /// reading them all take forever.
    private var chainBudget: Int

    /// Opens a file and its log.
    /// - Throws: ``CorpusError`` when there is no file, or it can't be read.
    init(path: String) throws(CorpusError) {
        file = try RawFile(path: path)
        (pageBytes, usableBytes) = PageSize.found(in: file)
        logFile = try? RawFile(path: path + "-wal")
        log = logFile.map { [pageBytes] in WriteAheadLog($0, pageBytes: pageBytes) } ?? .init()
        filePages = (file.byteCount + pageBytes - 1) / pageBytes
        let head = file.bytes(at: 0, count: 100)
        let claimed = PageSize.isHeader(head) ? head.bigEndian(28, 4) : 0
        let expected = log.pageCount > 0 ? 0 : claimed
        // A page more than the file could ever have been short of is damage to the number.
        missingPages = max(0, expected - file.byteCount / pageBytes)
        chainBudget = 8 * (filePages + log.newest.count) + 1024
    }

    /// Whether some frame of the log doesn't match its checksum.
    var isLogDamaged: Bool { !log.damaged.isEmpty }

    /// Every image that may hold rows: of each page the newest one, the one in the file, and those
    /// that don't match their checksum.
    func forEachImage(_ body: (Image, [UInt8], _ isFirstPage: Bool) throws -> Void) rethrows {
        for page in 1...max(1, filePages) {
            try body(.file(page: page), bytes(of: .file(page: page)), page == 1)
        }
        let frames =
            log.newest.map { ($0.key, $0.value) } + log.damaged.map { ($0.page, $0.offset) }
        for (page, offset) in frames.sorted(by: { $0.1 < $1.1 }) {
            try body(.log(offset: offset), bytes(of: .log(offset: offset)), page == 1)
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

    /// What a cell's record holds, its first bytes only where `limit` says so.
    ///
    /// Nil where a page of it can't be had. With `isNewest`, pages after the first are read from
    /// the log where they stand there.
    func record(
        of cell: TableLeaf.Cell,
        on page: [UInt8],
        limit: Int = .max,
        isNewest: Bool = true
    ) -> [UInt8]? {
        let wanted = min(cell.recordBytes, limit)
        guard wanted <= file.byteCount + (logFile?.byteCount ?? 0) else { return nil }
        var bytes = Array(page[cell.local].prefix(wanted))
        var next = cell.overflowPage
        // Each page adds to the bytes, so a chain that leads back to itself ends, too.
        while bytes.count < wanted {
            guard next > 0, chainBudget > 0 else { return nil }
            chainBudget -= 1
            let image = isNewest ? log.newest[next].map { Image.log(offset: $0) } : nil
            let page = self.bytes(of: image ?? .file(page: next))
            let count = min(usableBytes - 4, wanted - bytes.count)
            guard page.count >= 4 + count else { return nil }
            bytes += page[4..<(4 + count)]
            next = page.bigEndian(0, 4)
        }
        return bytes
    }

    /// Whether the log holds newer images of pages than the file.
    var hasLog: Bool { !log.newest.isEmpty }
}
