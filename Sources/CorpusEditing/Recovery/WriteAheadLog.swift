/// The frames of a write-ahead log (sqlite.org/fileformat2.html, "The Write-Ahead Log").
///
/// SQLite takes nothing that stands after a damaged frame. Here each frame is checked by itself,
/// so that only what was damaged is lost; and what doesn't match is kept as well, since blocks and
/// payloads have checksums of their own.
struct WriteAheadLog {
    /// The last bit is set where checksums are of big-endian numbers.
    static let magic = 0x377f_0682
    private static let headBytes = 32
    private static let frameHeadBytes = 24

    /// For each page its newest frame that matches its checksum, as the place of its image.
    private(set) var verified: [Int: Int] = [:]
    /// For each page its newest frame, whether or not it matches.
    private(set) var newest: [Int: Int] = [:]
    /// The places of images in frames that don't match, or that were not committed, if any don't
    /// match.
    private(set) var doubtful: [Int] = []
    /// How many pages the database has after the last commit; 0 where nothing was committed.
    private(set) var pageCount = 0
    /// Whether a frame doesn't match its checksum, or the log ends within a transaction: more may
    /// have been committed than it tells.
    private(set) var isDamaged = false

    private struct Frame {
        let page: Int
        let offset: Int
        let isVerified: Bool
    }

    init() {}

    /// Reads the log of a database with pages of that size.
    init(_ file: RawFile, pageBytes: Int) {
        let frameBytes = Self.frameHeadBytes + pageBytes
        let (count, rest) = max(0, file.byteCount - Self.headBytes)
            .quotientAndRemainder(dividingBy: frameBytes)
        let current = Self.currentFrames(file, count: count, frameBytes: frameBytes)
        isDamaged =
            rest > 0 && current == count || count > 0 && Self.headSalts(file) == nil
        let head = file.bytes(at: 0, count: Self.headBytes)
        let isBigEndian = head.bigEndian(0, 4) == Self.magic | 1
        // A frame's checksum goes on from that of the frame before it. Where a frame doesn't match,
        // either its bytes are damaged or the checksum that stands in it.
        var seeds = [Checksum(head.bigEndian(24, 4), head.bigEndian(28, 4))]
        var pending: [Frame] = []
        for index in 0..<current {
            let offset = Self.headBytes + index * frameBytes
            let frame = file.bytes(at: offset, count: frameBytes)
            guard frame.count == frameBytes else { break }
            let stored = Checksum(frame.bigEndian(16, 4), frame.bigEndian(20, 4))
            let sums = seeds.map { $0.adding(frame, imageAt: Self.frameHeadBytes, isBigEndian) }
            let isVerified = sums.contains(stored)
            seeds = isVerified ? [stored] : [stored, sums[0]]
            pending.append(
                Frame(
                    page: frame.bigEndian(0, 4),
                    offset: offset + Self.frameHeadBytes,
                    isVerified: isVerified
                )
            )
            guard frame.bigEndian(4, 4) > 0 else { continue }
            // A commit: what stands before it counts.
            if isVerified { pageCount = frame.bigEndian(4, 4) }
            for frame in pending { take(frame, isCommitted: true) }
            pending = []
        }
        guard !pending.isEmpty else { return }
        // Perhaps it is only the frame with the commit that can't be told any more.
        if !doubtful.isEmpty || pending.contains(where: { !$0.isVerified }) {
            for frame in pending { take(frame, isCommitted: false) }
        }
        isDamaged = true
    }

    private mutating func take(_ frame: Frame, isCommitted: Bool) {
        if frame.page > 0 { newest[frame.page] = frame.offset }
        if frame.isVerified, isCommitted {
            verified[frame.page] = frame.offset
        } else {
            doubtful.append(frame.offset)
            isDamaged = true
        }
    }

    /// How many frames belong to this log: those behind are of an older one that is being written
    /// over, as the salts in them tell.
    private static func currentFrames(_ file: RawFile, count: Int, frameBytes: Int) -> Int {
        func salts(_ index: Int) -> [UInt8] {
            file.bytes(at: headBytes + index * frameBytes + 8, count: 8)
        }
        guard let current = Self.headSalts(file) ?? commonSalts(count, salts) else { return 0 }
        // One of the two salts may be what is damaged.
        let last = (0..<count).last { index in
            let found = salts(index)
            return found.count == 8
                && (found.prefix(4) == current.prefix(4) || found.suffix(4) == current.suffix(4))
        }
        return last.map { $0 + 1 } ?? 0
    }

    /// The salts that tell a log's frames where its header is damaged: the first that two frames
    /// agree on, or else those of the first frame.
    private static func commonSalts(_ count: Int, _ salts: (Int) -> [UInt8]) -> [UInt8]? {
        var met: Set<[UInt8]> = []
        var first: [UInt8]?
        for index in 0..<count {
            let salts = salts(index)
            // Frames that were zeroed, or filled with another byte, agree as well.
            guard Set(salts).count > 1 else { continue }
            guard met.insert(salts).inserted else { return salts }
            first = first ?? salts
        }
        return first
    }

    /// The salts in a header that matches its checksum.
    private static func headSalts(_ file: RawFile) -> [UInt8]? {
        let head = file.bytes(at: 0, count: headBytes)
        // Zeros match their checksum.
        guard head.count == headBytes, head.bigEndian(0, 4) & ~1 == magic else { return nil }
        var sum = Checksum(0, 0)
        sum.add(head[0..<24], head.bigEndian(0, 4) == magic | 1)
        let isIntact = sum == Checksum(head.bigEndian(24, 4), head.bigEndian(28, 4))
        return isIntact ? Array(head[16..<24]) : nil
    }

    private struct Checksum: Equatable {
        var first: UInt32
        var second: UInt32

        init(_ first: Int, _ second: Int) {
            self.first = UInt32(truncatingIfNeeded: first)
            self.second = UInt32(truncatingIfNeeded: second)
        }

        func adding(_ frame: [UInt8], imageAt image: Int, _ isBigEndian: Bool) -> Checksum {
            var sum = self
            sum.add(frame[0..<8], isBigEndian)
            sum.add(frame[image...], isBigEndian)
            return sum
        }

        mutating func add(_ bytes: ArraySlice<UInt8>, _ isBigEndian: Bool) {
            bytes.withUnsafeBytes { bytes in
                var offset = 0
                while offset + 8 <= bytes.count {
                    let left = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                    let right = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                    first &+= second &+ (isBigEndian ? left.bigEndian : left.littleEndian)
                    second &+= first &+ (isBigEndian ? right.bigEndian : right.littleEndian)
                    offset += 8
                }
            }
        }
    }
}
