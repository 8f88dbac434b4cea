/// Writes and reads the frame that ``BlockLayout`` describes.
enum BlockFrame {
    private static let headBytes = 3
    private static let rowBytes = 10

    static func encode(
        _ sections: [(BlockLayout.Section, [UInt8])],
        with deflater: borrowing Deflater
    ) throws(CodecError) -> [UInt8] {
        var parts: [Part] = []
        for (section, bytes) in sections {
            let stream = try stream(section, bytes, deflater)
            parts.append(Part(section: section, length: bytes.count, stream: stream, bytes: bytes))
        }
        return joined(parts)
    }

    /// A block whose sections are all stored as they are.
    static func stored(_ sections: [(BlockLayout.Section, [UInt8])]) -> [UInt8] {
        joined(
            sections.map { Part(section: $0.0, length: $0.1.count, stream: nil, bytes: $0.1) }
        )
    }

    private struct Part {
        let section: BlockLayout.Section
        let length: Int
        let stream: [UInt8]?
        let bytes: [UInt8]
    }

    private static func joined(_ parts: [Part]) -> [UInt8] {
        var block: [UInt8] = [BlockLayout.version]
        append(parts.count, 2, to: &block)
        for part in parts {
            block += [part.section.rawValue, part.stream == nil ? 0 : 1]
            append((part.stream ?? part.bytes).count, 4, to: &block)
            append(part.length, 4, to: &block)
        }
        for part in parts { block += part.stream ?? part.bytes }
        return block
    }

    /// The zlib stream of a section, where it is shorter than the section.
    private static func stream(
        _ section: BlockLayout.Section,
        _ bytes: [UInt8],
        _ deflater: borrowing Deflater
    ) throws(CodecError) -> [UInt8]? {
        // Ids are random: deflating them only costs time.
        guard section != .traceIDs, section != .spanIDs else { return nil }
        let deflated = try deflater.deflate(bytes)
        return deflated.count < bytes.count ? deflated : nil
    }

    private static func append(_ value: Int, _ width: Int, to bytes: inout [UInt8]) {
        for index in 0..<width {
            bytes.append(UInt8(truncatingIfNeeded: value >> (index * 8)))
        }
    }

    /// One section of a block.
    struct Row {
        let section: BlockLayout.Section
        let isDeflated: Bool
        /// Where its bytes stand in the block.
        let stored: Range<Int>
        let length: Int
    }

    /// The sections that a block lists, their lengths checked, not yet inflated.
    /// - Throws: ``CodecError`` for anything but a whole block of this version.
    static func rows(_ block: [UInt8]) throws(CodecError) -> [Row] {
        guard block.count >= headBytes else { throw CodecError("the block is empty") }
        guard block[0] == BlockLayout.version else {
            throw CodecError("block layout \(block[0]) is not \(BlockLayout.version)")
        }
        let count = integer(block, 1, 2)
        var place = headBytes + count * rowBytes
        guard block.count >= place else { throw CodecError("the list of sections is cut short") }
        var rows: [Row] = []
        rows.reserveCapacity(count)
        var total = 0
        for index in 0..<count {
            let offset = headBytes + index * rowBytes
            guard let section = BlockLayout.Section(rawValue: block[offset]) else {
                throw CodecError("section \(block[offset]) is unknown")
            }
            let isDeflated = block[offset + 1] == 1
            let stored = integer(block, offset + 2, 4)
            let length = integer(block, offset + 6, 4)
            guard stored <= block.count - place else {
                throw CodecError("section \(section) is longer than the block")
            }
            guard block[offset + 1] <= 1, isDeflated || stored == length,
                length <= stored * maximumRatio
            else { throw CodecError("section \(section) has the wrong length") }
            total += length
            guard total <= BlockLayout.maximumSectionBytes else {
                throw CodecError("the block inflates past \(BlockLayout.maximumSectionBytes) bytes")
            }
            rows.append(
                Row(
                    section: section,
                    isDeflated: isDeflated,
                    stored: place..<(place + stored),
                    length: length
                )
            )
            place += stored
        }
        return rows
    }

    /// Deflate can't do better (RFC 1951): two bits for a match of 258 bytes.
    private static let maximumRatio = 1032

    private static func integer(
        _ block: [UInt8],
        _ offset: Int,
        _ width: Int
    ) -> Int {
        (0..<width).reduce(0) { $0 | Int(block[offset + $1]) << ($1 * 8) }
    }
}
