import OTLP

/// Lifts the timestamps and ids out of a run of export requests and compresses what is left.
struct BlockEncoder {
    /// The columns of one signal and where its differences count from.
    private struct Columns {
        var skeletons: [UInt8] = []
        var kinds = ColumnWriter()
        var gaps = ColumnWriter()
        var traces = ColumnWriter()
        var times = ColumnWriter()
        var references = ColumnWriter()
        var lastTrace = 0
        var lastSpan = 0
        var lastTime: UInt64 = 0
    }

    private var columns: [Signal: Columns] = [:]
    private var requests = ColumnWriter()
    private var requestCount: UInt64 = 0
    private var lastArrival: UInt64 = 0
    private var traceIDs: [UInt8] = []
    private var anchors = ColumnWriter()
    private var lastAnchor: UInt64 = 0
    private var traceIndex: [TraceID: Int] = [:]
    private var anchorOf: [UInt64] = []
    private var spanIDs: [UInt8] = []
    private var spanIndex: [SpanID: Int] = [:]

    /// How many bytes of payload the block holds so far.
    private(set) var payloadBytes = 0

    /// The latest timestamp in the block, in Unix nanoseconds; those past 2^63 − 1 don't count.
    private(set) var latestTime: UInt64 = 0

    /// Adds an export request to the block; `anchor` gives a trace its anchor, the same one in every
    /// block.
    mutating func append(
        _ prepared: PreparedRequest,
        anchor: (TraceID) throws -> UInt64
    ) rethrows {
        let request = prepared.request
        let scan = prepared.scan
        var signalColumns = columns.removeValue(forKey: request.signal) ?? Columns()
        defer { columns[request.signal] = signalColumns }
        signalColumns.skeletons.append(contentsOf: prepared.skeleton)

        try request.payload.withUnsafeBytes { payload in
            guard let base = payload.baseAddress else { return }
            var end = 0
            for item in scan.items where item.holeCount > 0 {
                try lift(
                    scan.holes[Int(item.firstHole)..<Int(item.firstHole + item.holeCount)],
                    of: item,
                    from: base,
                    end: &end,
                    into: &signalColumns,
                    anchor: anchor
                )
            }
        }

        requests.append(UInt64(request.signal.code))
        requests.append(request.arrival.unixNanoseconds, after: lastArrival)
        requests.append(UInt64(request.payload.count))
        requests.append(UInt64(scan.items.count))
        requests.append(UInt64(scan.holes.count))
        lastArrival = request.arrival.unixNanoseconds
        requestCount += 1
        payloadBytes += request.payload.count
    }

    private mutating func lift(
        _ holes: ArraySlice<Hole>,
        of item: RequestScan.Item,
        from base: UnsafeRawPointer,
        end: inout Int,
        into columns: inout Columns,
        anchor: (TraceID) throws -> UInt64
    ) rethrows {
        var previousTime = columns.lastTime
        let hasTrace = item.traceIDOffset >= 0
        if hasTrace {
            let index = try traceEntry(base + Int(item.traceIDOffset), anchor: anchor)
            let distance = Int64(index - columns.lastTrace)
            columns.traces.append(1 + UInt64(bitPattern: (distance << 1) ^ (distance >> 63)))
            columns.lastTrace = index
            previousTime = anchorOf[index]
        } else {
            columns.traces.append(0)
        }

        var flag = BlockLayout.firstOfItem
        var isFirstTime = !hasTrace
        for hole in holes {
            columns.kinds.append(byte: hole.kind.rawValue | flag)
            flag = 0
            columns.gaps.append(UInt64(Int(hole.offset) - end))
            end = Int(hole.offset) + hole.kind.width
            let place = base + Int(hole.offset)
            switch hole.kind {
            case .traceID:
                break
            case .otherTraceID:
                let index = try traceEntry(place, anchor: anchor)
                columns.references.append(
                    UInt64(index),
                    after: UInt64(columns.lastTrace)
                )
            case .spanID, .parentSpanID, .otherSpanID:
                let index = spanEntry(place)
                columns.references.append(UInt64(index), after: UInt64(columns.lastSpan))
                columns.lastSpan = index
            case .startTime, .endTime, .eventTime, .time, .observedTime, .exemplarTime:
                let time = UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
                columns.times.append(time, after: previousTime)
                guard time != 0 else { continue }
                previousTime = time
                if time > latestTime, time <= UInt64(Int64.max) { latestTime = time }
                if isFirstTime {
                    columns.lastTime = time
                    isFirstTime = false
                }
            }
        }
    }

    private mutating func traceEntry(
        _ place: UnsafeRawPointer,
        anchor: (TraceID) throws -> UInt64
    ) rethrows -> Int {
        let id = TraceID(place)
        if let index = traceIndex[id] { return index }
        let value = try anchor(id)
        let index = anchorOf.count
        traceIndex[id] = index
        anchorOf.append(value)
        traceIDs.append(contentsOf: UnsafeRawBufferPointer(start: place, count: 16))
        anchors.append(value, after: lastAnchor)
        lastAnchor = value
        return index
    }

    private mutating func spanEntry(_ place: UnsafeRawPointer) -> Int {
        let id = SpanID(place)
        if let index = spanIndex[id] { return index }
        let index = spanIndex.count
        spanIndex[id] = index
        spanIDs.append(contentsOf: UnsafeRawBufferPointer(start: place, count: 8))
        return index
    }

    /// The encoded block.
    func finish(level: Int32) throws(CodecError) -> [UInt8] {
        var sections: [(BlockLayout.Section, [UInt8])] = [
            (.requests, requests.bytes), (.traceIDs, traceIDs), (.anchors, anchors.bytes),
            (.spanIDs, spanIDs),
        ]
        for signal in Signal.allCases {
            guard let columns = columns[signal] else { continue }
            sections += [
                (.column(.skeletons, signal), columns.skeletons),
                (.column(.kinds, signal), columns.kinds.bytes),
                (.column(.gaps, signal), columns.gaps.bytes),
                (.column(.traces, signal), columns.traces.bytes),
                (.column(.times, signal), columns.times.bytes),
                (.column(.references, signal), columns.references.bytes),
            ]
        }
        sections.removeAll { $0.1.isEmpty }
        return try BlockFrame.encode(sections, level: level)
    }
}

/// Writes and reads the frame that ``BlockLayout`` describes.
enum BlockFrame {
    static func encode(
        _ sections: [(BlockLayout.Section, [UInt8])],
        level: Int32
    ) throws(CodecError) -> [UInt8] {
        var head: [UInt8] = [BlockLayout.version, UInt8(sections.count)]
        var body: [UInt8] = []
        for (section, bytes) in sections {
            // Ids are random: deflating them only costs time.
            let isRandom = section == .traceIDs || section == .spanIDs
            let deflated = isRandom ? nil : try Compression.deflate(bytes, level: level)
            let stored = deflated.flatMap { $0.count < bytes.count ? $0 : nil }
            head += [section.code, stored == nil ? 0 : 1]
            for length in [stored?.count ?? bytes.count, bytes.count] {
                withUnsafeBytes(of: UInt32(truncatingIfNeeded: length).littleEndian) {
                    head.append(contentsOf: $0)
                }
            }
            body += stored ?? bytes
        }
        return head + body
    }

    /// The sections of a block, inflated.
    /// - Throws: ``CodecError`` for anything but a whole block of this version.
    static func decode(_ block: [UInt8]) throws(CodecError) -> [UInt8: [UInt8]] {
        guard block.count >= 2 else { throw CodecError("the block is empty") }
        guard block[0] == BlockLayout.version else {
            throw CodecError("block layout \(block[0]) is not \(BlockLayout.version)")
        }
        let count = Int(block[1])
        var place = 2 + count * 10
        guard block.count >= place else { throw CodecError("the list of sections is cut short") }
        var sections: [UInt8: [UInt8]] = [:]
        for index in 0..<count {
            let row = 2 + index * 10
            let stored = word(block, row + 2)
            let length = word(block, row + 6)
            guard stored <= block.count - place, length <= BlockLayout.maximumSectionBytes else {
                throw CodecError("section \(block[row]) is longer than the block")
            }
            let bytes = block[place..<(place + stored)]
            switch block[row + 1] {
            case 0: sections[block[row]] = Array(bytes)
            case 1:
                let inflated = bytes.withUnsafeBytes { source in
                    Result { () throws(CodecError) in
                        try Compression.inflate(source, length: length)
                    }
                }
                sections[block[row]] = try inflated.get()
            default: throw CodecError("section \(block[row]) has an unknown encoding")
            }
            guard sections[block[row]]?.count == length else {
                throw CodecError("section \(block[row]) has the wrong length")
            }
            place += stored
        }
        return sections
    }

    private static func word(_ block: [UInt8], _ offset: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(block[offset + $1]) << ($1 * 8) }
    }
}
