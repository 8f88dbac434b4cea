/// The pieces of a block by their structure, and which of their values differ.
struct TemplateBuilder {
    /// The pieces of one structure.
    struct Template {
        /// Where its bytes begin in the builder's buffers.
        let firstByte: Int
        let length: Int
        let firstLeaf: Int
        let leafCount: Int
        let shape: UInt8
        fileprivate let nextOfHash: Int32
        fileprivate(set) var uses = 1
        /// Pairs of values that have been equal in every piece so far: the second can be copied
        /// from the first.
        fileprivate(set) var twins: [(source: Int, copy: Int)] = []
    }

    private(set) var templates: [Template] = []
    private(set) var leaves: [Leaf] = []
    /// The bytes of each template's first piece, its holes zeroed.
    private(set) var bytes: [UInt8] = []
    /// For each byte 0xff where all pieces of the template are alike by their structure.
    private var fixed: [UInt8] = []
    /// For each byte the bits in which some piece differs from the first.
    private(set) var differences: [UInt8] = []
    private var newestOfHash: [UInt64: Int32] = [:]

    private static let maximumTwinLeaves = 96
    private static let minimumTwinWidth = 4

    /// The template of a parsed piece, entered if it is the first of its structure.
    mutating func template(of piece: UnsafeRawBufferPointer, _ parser: PieceParser, shape: UInt8)
        -> Int
    {
        var candidate = newestOfHash[parser.hash] ?? -1
        let newest = candidate
        while candidate >= 0 {
            let index = Int(candidate)
            if matches(index, piece, parser.leaves) {
                note(piece, in: index)
                return index
            }
            candidate = templates[index].nextOfHash
        }
        enter(piece, parser, shape: shape, after: newest)
        newestOfHash[parser.hash] = Int32(templates.count - 1)
        return templates.count - 1
    }

    private func matches(
        _ index: Int,
        _ piece: UnsafeRawBufferPointer,
        _ pieceLeaves: [Leaf]
    ) -> Bool {
        let template = templates[index]
        guard template.length == piece.count, template.leafCount == pieceLeaves.count,
            leaves[template.firstLeaf..<(template.firstLeaf + template.leafCount)]
                .elementsEqual(pieceLeaves)
        else { return false }
        return bytes.withUnsafeBytes { known in
            fixed.withUnsafeBytes { fixed in
                var difference: UInt8 = 0
                for offset in 0..<piece.count {
                    let place = template.firstByte &+ offset
                    difference |= (known[place] ^ piece[offset]) & fixed[place]
                }
                return difference == 0
            }
        }
    }

    private mutating func note(_ piece: UnsafeRawBufferPointer, in index: Int) {
        templates[index].uses += 1
        let first = templates[index].firstByte
        bytes.withUnsafeBytes { known in
            differences.withUnsafeMutableBytes { differences in
                for offset in 0..<piece.count {
                    differences[first &+ offset] |= known[first &+ offset] ^ piece[offset]
                }
            }
        }
        guard !templates[index].twins.isEmpty else { return }
        let template = templates[index]
        templates[index].twins = template.twins.filter { twin in
            let (source, copy) = (template.firstLeaf + twin.source, template.firstLeaf + twin.copy)
            return equal(piece, leaves[source], leaves[copy])
        }
    }

    private mutating func enter(
        _ piece: UnsafeRawBufferPointer,
        _ parser: PieceParser,
        shape: UInt8,
        after next: Int32
    ) {
        var template = Template(
            firstByte: bytes.count,
            length: piece.count,
            firstLeaf: leaves.count,
            leafCount: parser.leaves.count,
            shape: shape,
            nextOfHash: next
        )
        leaves += parser.leaves
        bytes.append(contentsOf: piece)
        differences.append(contentsOf: repeatElement(0, count: piece.count))
        fixed.append(contentsOf: repeatElement(0xff, count: piece.count))
        for leaf in parser.leaves {
            for offset in Int(leaf.offset)..<Int(leaf.offset + leaf.width) {
                fixed[template.firstByte + offset] = 0
                if leaf.hole != 0 { bytes[template.firstByte + offset] = 0 }
            }
        }
        if parser.leaves.count <= Self.maximumTwinLeaves {
            template.twins = twins(in: piece, parser.leaves)
        }
        templates.append(template)
    }

    private func twins(
        in piece: UnsafeRawBufferPointer,
        _ leaves: [Leaf]
    ) -> [(source: Int, copy: Int)] {
        var twins: [(source: Int, copy: Int)] = []
        for copy in leaves.indices
        where leaves[copy].hole == 0 && leaves[copy].width >= Self.minimumTwinWidth {
            let source = leaves[..<copy].firstIndex {
                $0.hole == 0 && $0.width == leaves[copy].width && equal(piece, $0, leaves[copy])
            }
            if let source { twins.append((source, copy)) }
        }
        return twins
    }

    @inline(__always)
    private func equal(_ piece: UnsafeRawBufferPointer, _ one: Leaf, _ other: Leaf) -> Bool {
        guard let base = piece.baseAddress else { return true }
        var (left, right) = (base + Int(one.offset), base + Int(other.offset))
        let end = left + Int(one.width)
        while left < end {
            guard left.load(as: UInt8.self) == right.load(as: UInt8.self) else { return false }
            left += 1
            right += 1
        }
        return true
    }

    /// Whether some piece has another value here than the first.
    func varies(_ leaf: Leaf, of template: Template) -> Bool {
        let start = template.firstByte + Int(leaf.offset)
        return differences[start..<(start + Int(leaf.width))].contains { $0 != 0 }
    }
}
