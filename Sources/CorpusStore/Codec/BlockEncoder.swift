import OTLP

/// Cuts a run of export requests into templates, values, timestamps and ids, and compresses them.
struct BlockEncoder {
    /// A piece as it was met: its template and where it begins, or how long a literal it is.
    private struct Entry {
        let template: Int32
        let offset: UInt32
    }

    private static let literal: Int32 = -1

    private var payloads: [(payload: [UInt8], entries: Int)] = []
    private var entries: [Entry] = []
    private var requests = ColumnWriter()
    private var literals = ColumnWriter()
    private var lastArrival: UInt64 = 0
    private var holes = HoleEncoder()
    private var histories = [SignalHistory](repeating: SignalHistory(), count: 3)
    private var templates = TemplateBuilder()
    private var parser = PieceParser()
    private var pieces: [Piece] = []

    /// How many bytes of payload the block holds so far.
    private(set) var payloadBytes = 0

    /// The latest timestamp in the block, in Unix nanoseconds; those past 2^63 − 1 don't count.
    var latestTime: UInt64 { holes.latestTime }

    /// Adds an export request to the block; `anchor` gives a trace its anchor, the same one in every
    /// block.
    /// - Throws: ``CodecError`` when the block would exceed ``BlockLayout/maximumPayloadBytes``;
    ///   what `anchor` throws.
    mutating func append(
        _ prepared: PreparedRequest,
        anchor: (TraceID) throws -> UInt64
    ) throws {
        try append(prepared.request, prepared.scan, anchor: anchor)
    }

    /// As ``append(_:anchor:)``, for a request with its scan.
    mutating func append(
        _ request: ExportRequest,
        _ scan: RequestScan,
        anchor: (TraceID) throws -> UInt64
    ) throws {
        guard request.payload.count <= BlockLayout.maximumPayloadBytes - payloadBytes else {
            throw CodecError("the payloads exceed \(BlockLayout.maximumPayloadBytes) bytes")
        }
        let firstEntry = entries.count
        try request.payload.withUnsafeBytes { payload in
            guard let base = payload.baseAddress, !payload.isEmpty else { return }
            try scan.holes.withUnsafeBufferPointer { holes in
                try lift(scan, holes, request.signal, base, anchor: anchor)
                try enterPieces(of: payload, base, holes, request.signal)
            }
        }
        requests.append(UInt64(request.signal.code))
        requests.append(request.arrival.unixNanoseconds, after: lastArrival)
        requests.append(UInt64(request.payload.count))
        requests.append(UInt64(scan.items.count))
        requests.append(UInt64(entries.count - firstEntry))
        lastArrival = request.arrival.unixNanoseconds
        payloads.append((request.payload, entries.count - firstEntry))
        payloadBytes += request.payload.count
    }

    private mutating func lift(
        _ scan: RequestScan,
        _ holes: UnsafeBufferPointer<Hole>,
        _ signal: Signal,
        _ base: UnsafeRawPointer,
        anchor: (TraceID) throws -> UInt64
    ) rethrows {
        for item in scan.items where item.holeCount > 0 {
            let first = Int(item.firstHole)
            try self.holes.lift(
                UnsafeBufferPointer(rebasing: holes[first..<(first + Int(item.holeCount))]),
                traceIDOffset: Int(item.traceIDOffset),
                from: base,
                history: &histories[Int(signal.code) - 1],
                anchor: anchor
            )
        }
    }

    private mutating func enterPieces(
        of payload: UnsafeRawBufferPointer,
        _ base: UnsafeRawPointer,
        _ holes: UnsafeBufferPointer<Hole>,
        _ signal: Signal
    ) throws(CodecError) {
        var cutter = PieceCutter(base: base, signal: signal, reusing: pieces)
        pieces = []
        cutter.cut(payload.count)
        parser.beginPayload()
        var literalBytes = 0
        for piece in cutter.pieces {
            guard let shape = piece.shape else {
                literals.append(base + piece.start, piece.end - piece.start)
                literalBytes += piece.end - piece.start
                continue
            }
            appendLiteral(&literalBytes)
            parser.parse(piece, base, holes)
            let bytes = UnsafeRawBufferPointer(rebasing: payload[piece.start..<piece.end])
            let template = templates.template(of: bytes, parser, shape: shape.rawValue)
            entries.append(Entry(template: Int32(template), offset: UInt32(piece.start)))
        }
        appendLiteral(&literalBytes)
        guard parser.nextHole == holes.count else {
            throw CodecError("a hole lies outside the messages that the codec knows")
        }
        pieces = cutter.pieces
    }

    private mutating func appendLiteral(_ bytes: inout Int) {
        guard bytes > 0 else { return }
        entries.append(Entry(template: Self.literal, offset: UInt32(bytes)))
        bytes = 0
    }

    // MARK: Finishing

    /// The encoded block.
    /// - Throws: ``CodecError`` when memory runs out, or when it would exceed what a decoder takes.
    func finish(level: Int32, library: Compression = .inUse) throws(CodecError) -> [UInt8] {
        let sections = sections()
        let total = sections.reduce(0) { $0 + $1.1.count }
        let longestTable = sections.filter { $0.0.isTable }.map(\.1.count).max() ?? 0
        guard total <= BlockLayout.maximumSectionBytes,
            longestTable <= BlockLayout.maximumTableBytes
        else { throw CodecError("a block of \(payloadBytes) bytes of payload is too much") }
        return try BlockFrame.encode(sections, with: Deflater(level: level, library: library))
    }

    /// The sections of the block, not yet compressed.
    func sections() -> [(BlockLayout.Section, [UInt8])] {
        var columns = ValueColumns()
        let order = templateOrder()
        let (table, valueSlots) = templateTable(order, &columns)
        fill(&columns, valueSlots)
        let (columnTable, runs) = columns.encoded()
        let sections: [(BlockLayout.Section, [UInt8])] = [
            (.requests, requests.bytes),
            (.traceIDs, holes.traceIDs.bytes),
            (.anchors, holes.anchors.bytes),
            (.spanIDs, holes.spanIDs.bytes),
            (.pieces, pieceColumn(order)),
            (.literals, literals.bytes),
            (.traces, holes.traces.bytes),
            (.times, holes.times.bytes),
            (.references, holes.references.bytes),
            (.templateBytes, order.flatMap { bytes(of: templates.templates[$0]) }),
            (.templates, table),
            (.columns, columnTable),
        ]
        return (sections + runs.map { (.values, $0) }).filter { !$0.1.isEmpty }
    }

    /// The templates, most used first, so that their numbers are short.
    private func templateOrder() -> [Int] {
        templates.templates.indices.sorted {
            let (left, right) = (templates.templates[$0], templates.templates[$1])
            return (right.uses, $0) < (left.uses, $1)
        }
    }

    private func bytes(of template: TemplateBuilder.Template) -> ArraySlice<UInt8> {
        templates.bytes[template.firstByte..<(template.firstByte + template.length)]
    }

    private func pieceColumn(_ order: [Int]) -> [UInt8] {
        var numbers = [Int](repeating: 0, count: order.count)
        for (number, template) in order.enumerated() { numbers[template] = number }
        var column = ColumnWriter()
        for entry in entries {
            if entry.template == Self.literal {
                column.append(0)
                column.append(UInt64(entry.offset))
            } else {
                column.append(UInt64(numbers[Int(entry.template)] + 1))
            }
        }
        return column.bytes
    }

    /// A value in a template's pieces and the column it goes to.
    private struct ValueSlot {
        let offset: Int
        let column: Int
    }

    private func templateTable(
        _ order: [Int],
        _ columns: inout ValueColumns
    ) -> (table: [UInt8], valueSlots: [[ValueSlot]]) {
        var table = ColumnWriter()
        var valueSlots = [[ValueSlot]](repeating: [], count: order.count)
        for index in order {
            let template = templates.templates[index]
            let slots = templates.slots(of: template)
            table.append(UInt64(template.length))
            table.append(UInt64(slots.count))
            var end = 0
            for slot in slots {
                let leaf = slot.leaf
                table.append(UInt64(Int(leaf.offset) - end))
                end = Int(leaf.offset + leaf.width)
                if leaf.hole != 0 {
                    table.append(UInt64(leaf.hole))
                } else if let source = slot.repeated {
                    table.append(BlockLayout.repeatedValue)
                    table.append(UInt64(leaf.offset - source.offset))
                    table.append(UInt64(leaf.width))
                } else {
                    let column = columns.column(of: leaf, reserving: template.uses)
                    table.append(BlockLayout.firstColumn + UInt64(column))
                    valueSlots[index].append(ValueSlot(offset: Int(leaf.offset), column: column))
                }
            }
        }
        return (table.bytes, valueSlots)
    }

    private func fill(_ columns: inout ValueColumns, _ valueSlots: [[ValueSlot]]) {
        columns.fill { append in
            var entry = 0
            for (payload, count) in payloads {
                payload.withUnsafeBytes { payload in
                    guard let base = payload.baseAddress else { return }
                    for piece in entries[entry..<(entry + count)]
                    where piece.template != Self.literal {
                        let start = base + Int(piece.offset)
                        for slot in valueSlots[Int(piece.template)] {
                            append(slot.column, start + slot.offset)
                        }
                    }
                }
                entry += count
            }
        }
    }
}

extension TemplateBuilder {
    /// What a template leaves open: its holes, and the values that vary, each with the value
    /// before it that it repeats.
    func slots(of template: Template) -> [(leaf: Leaf, repeated: Leaf?)] {
        (0..<template.leafCount).compactMap { index in
            let leaf = leaves[template.firstLeaf + index]
            if leaf.hole != 0 { return (leaf, nil) }
            guard varies(leaf, of: template) else { return nil }
            let twin = template.twins.first { $0.copy == index }
            return (leaf, twin.map { leaves[template.firstLeaf + $0.source] })
        }
    }
}
