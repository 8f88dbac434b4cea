/// The frames of a write-ahead log that belong to what was committed (sqlite.org/fileformat2.html,
/// "The Write-Ahead Log").
///
/// SQLite takes nothing that stands after a damaged frame. Here each frame is checked by itself,
/// against the checksum that the frame before it carries, so that only what was damaged is lost.
struct WriteAheadLog {
    private static let headBytes = 32
    private static let frameHeadBytes = 24

    /// For each page its newest frame that matches its checksum, as the place of its image.
    private(set) var newest: [Int: Int] = [:]
    /// The places of images in frames that don't match theirs, with the page that they claim.
    private(set) var damaged: [(page: Int, offset: Int)] = []
    /// How many pages the database has after the last commit; 0 where nothing was committed.
    private(set) var pageCount = 0

    init() {}

    /// Reads the log of a database with pages of that size.
    init(_ file: RawFile, pageBytes: Int) {
        let head = file.bytes(at: 0, count: Self.headBytes)
        let frameBytes = Self.frameHeadBytes + pageBytes
        let count = (file.byteCount - Self.headBytes) / frameBytes
        guard head.count == Self.headBytes, count > 0 else { return }
        let isKnown = head.bigEndian(0, 4) & ~1 == 0x377f_0682
        let isBigEndian = isKnown && head[3] & 1 == 1
        guard !isKnown || head.bigEndian(8, 4) == pageBytes else { return }
        // The salts tell this log from an older one that it has been written over.
        let salts = isKnown ? Array(head[16..<24]) : Self.salts(file, frameBytes)
        var seed = Checksum(head.bigEndian(24, 4), head.bigEndian(28, 4))
        var frames: [(page: Int, offset: Int, isValid: Bool)] = []
        for index in 0..<count {
            let offset = Self.headBytes + index * frameBytes
            let frame = file.bytes(at: offset, count: frameBytes)
            guard frame.count == frameBytes else { break }
            var sum = seed
            sum.add(frame[0..<8], isBigEndian)
            sum.add(frame[Self.frameHeadBytes...], isBigEndian)
            let stored = Checksum(frame.bigEndian(16, 4), frame.bigEndian(20, 4))
            seed = stored
            let isValid = sum == stored
            guard isValid || Array(frame[8..<16]) == salts else { continue }
            frames.append((frame.bigEndian(0, 4), offset + Self.frameHeadBytes, isValid))
            let pages = frame.bigEndian(4, 4)
            guard pages > 0 else { continue }
            // A commit: what stands before it counts.
            pageCount = pages
            for frame in frames {
                if frame.isValid {
                    newest[frame.page] = frame.offset
                } else {
                    damaged.append((frame.page, frame.offset))
                }
            }
            frames = []
        }
    }

    /// Those that two frames following each other have in common.
    private static func salts(_ file: RawFile, _ frameBytes: Int) -> [UInt8] {
        let first = (0..<3).map { file.bytes(at: headBytes + $0 * frameBytes + 8, count: 8) }
        return first[0] == first[1] ? first[0] : first[2]
    }

    private struct Checksum: Equatable {
        var first: UInt32
        var second: UInt32

        init(_ first: Int, _ second: Int) {
            self.first = UInt32(truncatingIfNeeded: first)
            self.second = UInt32(truncatingIfNeeded: second)
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
