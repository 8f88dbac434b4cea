/// The inflated sections of a block, in one allocation.
struct BlockMemory: ~Copyable {
    private let bytes: UnsafeMutableRawBufferPointer
    private var ranges: [Range<Int>] = []

    /// How many bytes past the sections can be read, so that a cursor may take a word at once.
    private static let padding = 8

    private init(byteCount: Int) {
        bytes = .allocate(byteCount: byteCount + Self.padding, alignment: 16)
        let end = UnsafeMutableRawBufferPointer(rebasing: bytes[byteCount...])
        end.initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// Inflates a block.
    /// - Throws: ``CodecError`` when the bytes are not a block.
    static func inflated(
        _ block: [UInt8],
        library: Compression
    ) throws(CodecError) -> BlockMemory {
        let rows = try BlockFrame.rows(block)
        var memory = BlockMemory(byteCount: rows.reduce(0) { $0 + $1.length })
        try memory.fill(rows, of: block, library: library)
        return memory
    }

    private mutating func fill(
        _ rows: [BlockFrame.Row],
        of block: [UInt8],
        library: Compression
    ) throws(CodecError) {
        let inflater = Inflater(library: library)
        var end = 0
        for section in BlockLayout.Section.allCases {
            let start = end
            for row in rows where row.section == section {
                let target = UnsafeMutableRawBufferPointer(
                    rebasing: bytes[end..<(end + row.length)]
                )
                if row.isDeflated {
                    try inflater.inflate(block[row.stored], into: target)
                } else {
                    target.copyBytes(from: block[row.stored])
                }
                end += row.length
            }
            ranges.append(start..<end)
        }
    }

    deinit {
        bytes.deallocate()
    }

    /// How many bytes the sections take.
    var byteCount: Int { ranges.last?.upperBound ?? 0 }

    /// The bytes of a section, which live as long as this value.
    func bytes(of section: BlockLayout.Section) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: bytes[ranges[Int(section.rawValue)]])
    }

    /// A cursor at the start of a section; it must not outlive this value.
    func cursor(_ section: BlockLayout.Section) -> ColumnCursor {
        ColumnCursor(UnsafeRawBufferPointer(bytes(of: section)))
    }
}
