import OTLP

/// The loop that fills payloads: copies each piece's template, then fills its slots.
///
/// Indexes that the tables hold were checked when they were read; what is checked here are the
/// pieces' templates, the columns' ends, the payload's end and the references.
struct BlockFiller {
    private(set) var pieces: ColumnCursor
    private var literals: ColumnCursor
    private var traces: ColumnCursor
    private var times: ColumnCursor
    private var references: ColumnCursor
    private let traceIDs: UnsafeRawPointer
    private let traceCount: Int
    private let spanIDs: UnsafeRawPointer
    private let spanCount: Int
    private var histories = (SignalHistory(), SignalHistory(), SignalHistory())
    private let mapping: TimestampMapping
    /// Apart from the other times: points have one of each by turns.
    private var starts = Axis()
    private var axis = Axis()

    init(_ memory: borrowing BlockMemory, mapping: TimestampMapping) {
        pieces = memory.cursor(.pieces)
        literals = memory.cursor(.literals)
        traces = memory.cursor(.traces)
        times = memory.cursor(.times)
        references = memory.cursor(.references)
        let (traceIDs, spanIDs) = (memory.cursor(.traceIDs), memory.cursor(.spanIDs))
        (self.traceIDs, traceCount) = (traceIDs.place, traceIDs.rest / 16)
        (self.spanIDs, spanCount) = (spanIDs.place, spanIDs.rest / 8)
        self.mapping = mapping
    }

    /// The last time that was moved on the axis, and where to: points come in groups of one time,
    /// and the axis takes a division.
    private struct Axis {
        private var latest: (time: UInt64, moved: UInt64) = (0, 0)

        @inline(__always)
        mutating func moved(
            _ time: UInt64,
            _ motion: TimestampMapping.Motion,
            _ mapping: TimestampMapping
        ) -> UInt64 {
            guard case .onAxis = motion else { return mapping.moved(time, motion) }
            if time != latest.time { latest = (time, mapping.moved(time, motion)) }
            return latest.moved
        }
    }

    /// What is known of the piece that is being filled.
    private struct Context {
        var trace = -1
        var previousTime: UInt64 = 0
        var motion: TimestampMapping.Motion
    }

    mutating func fill(
        _ row: BlockDecoder.Row,
        into base: UnsafeMutableRawPointer,
        templates: Span<TemplateTable.Template>,
        slots: Span<Slot>,
        motions: Span<TimestampMapping.Motion>,
        columns: inout MutableSpan<TemplateTable.Column>,
        lastTimes: inout MutableSpan<UInt64>
    ) throws(CodecError) {
        // A local copy, so that the cursors can stay in registers.
        var filler = self
        var history =
            switch row.signal {
            case .traces: histories.0
            case .metrics: histories.1
            case .logs: histories.2
            }
        let unanchored = row.signal == .metrics ? mapping.axisMotion : mapping.ownMotion
        var place = base
        let end = base + row.payloadBytes
        for _ in 0..<row.pieceCount {
            let code = try filler.pieces.count(upTo: templates.count)
            if code == 0 {
                let count = try filler.pieces.count(upTo: end - place)
                place.copyMemory(from: try filler.literals.take(count), byteCount: count)
                place += count
                continue
            }
            let template = templates[unchecked: code - 1]
            guard template.length <= end - place else {
                throw CodecError("a piece lies outside its payload")
            }
            place.copyMemory(from: template.bytes, byteCount: template.length)
            var context = Context(motion: unanchored)
            if template.hasTrace {
                let index = try filler.traces.index(
                    after: history.lastTrace,
                    below: filler.traceCount
                )
                history.lastTrace = index
                context.trace = index
                context.motion = motions[unchecked: index]
            }
            // Not a loop over the range, which checks each index twice.
            var index = template.slots.lowerBound
            while index < template.slots.upperBound {
                let slot = slots[unchecked: index]
                index &+= 1
                let target = place + Int(slot.offset)
                switch slot.filling {
                case .value:
                    let width = Int(slot.width)
                    let column = Int(slot.argument)
                    Self.copy(try columns[unchecked: column].indexes.take(width), width, to: target)
                case .entry:
                    let width = Int(slot.width)
                    let entry = try Self.nextEntry(&columns[unchecked: Int(slot.argument)])
                    Self.copy(entry, width, to: target)
                case .repeated:
                    Self.copy(place + Int(slot.argument), Int(slot.width), to: target)
                case .traceID:
                    let source = filler.traceIDs + context.trace * 16
                    target.copyMemory(from: source, byteCount: 16)
                case .otherTraceID:
                    try filler.fillOtherTraceID(target, history)
                case .spanID:
                    let number = try filler.references.index(
                        after: history.lastSpan,
                        below: filler.spanCount
                    )
                    history.lastSpan = number
                    target.copyMemory(from: filler.spanIDs + number * 8, byteCount: 8)
                case .tracedTime:
                    let time = try filler.times.value(after: lastTimes[unchecked: context.trace])
                    if time != 0 { lastTimes[unchecked: context.trace] = time }
                    let moved = filler.axis.moved(time, context.motion, filler.mapping)
                    Self.store(moved, to: target)
                case .looseStart:
                    let time = try filler.nextStart(&history)
                    Self.store(time, of: &context, &filler.starts, filler.mapping, to: target)
                case .looseTime:
                    let time = try filler.nextTime(&history)
                    Self.store(time, of: &context, &filler.axis, filler.mapping, to: target)
                case .otherLooseTime:
                    let time = try filler.times.value(after: context.previousTime)
                    Self.store(time, of: &context, &filler.axis, filler.mapping, to: target)
                }
            }
            place += template.length
        }
        guard place == end else { throw CodecError("a payload's pieces are shorter than it") }
        switch row.signal {
        case .traces: filler.histories.0 = history
        case .metrics: filler.histories.1 = history
        case .logs: filler.histories.2 = history
        }
        self = filler
    }

    // MARK: Values

    @inline(__always)
    private static func nextEntry(
        _ column: inout TemplateTable.Column
    ) throws(CodecError) -> UnsafeRawPointer {
        var indexes = column.indexes
        let index = try indexes.index(after: column.lastEntry, below: column.entryCount)
        column.indexes = indexes
        column.lastEntry = index
        return column.entries.unsafelyUnwrapped + index &* column.width
    }

    /// Most values are short: two overlapping words are quicker than a call.
    @inline(__always)
    private static func copy(
        _ source: UnsafeRawPointer,
        _ width: Int,
        to target: UnsafeMutableRawPointer
    ) {
        switch width {
        case 17...32: copyEnds(SIMD16<UInt8>.self, source, width, to: target)
        case 8...16: copyEnds(UInt64.self, source, width, to: target)
        case 4...7: copyEnds(UInt32.self, source, width, to: target)
        case 2...3: copyEnds(UInt16.self, source, width, to: target)
        default: target.copyMemory(from: source, byteCount: width)
        }
    }

    @inline(__always)
    private static func copyEnds<Word: BitwiseCopyable>(
        _ word: Word.Type,
        _ source: UnsafeRawPointer,
        _ width: Int,
        to target: UnsafeMutableRawPointer
    ) {
        let last = width - MemoryLayout<Word>.size
        target.storeBytes(of: source.loadUnaligned(as: Word.self), as: Word.self)
        let end = source.loadUnaligned(fromByteOffset: last, as: Word.self)
        target.storeBytes(of: end, toByteOffset: last, as: Word.self)
    }

    // MARK: Holes

    private mutating func fillOtherTraceID(
        _ target: UnsafeMutableRawPointer,
        _ history: SignalHistory
    ) throws(CodecError) {
        let number = try references.index(after: history.lastTrace, below: traceCount)
        target.copyMemory(from: traceIDs + number * 16, byteCount: 16)
    }

    @inline(__always)
    private mutating func nextStart(_ history: inout SignalHistory) throws(CodecError) -> UInt64 {
        let back = try times.count(upTo: BlockLayout.recentTimes)
        guard back == BlockLayout.recentTimes else {
            return history.recentTimes.time(back: back)
        }
        let time = try times.value(after: history.lastStart)
        if time != 0 { history.lastStart = time }
        return time
    }

    @inline(__always)
    private mutating func nextTime(_ history: inout SignalHistory) throws(CodecError) -> UInt64 {
        let time = try times.value(after: history.recentTimes.last)
        if time != 0, time != history.recentTimes.last { history.recentTimes.append(time) }
        return time
    }

    /// Stores a timestamp of a piece without a trace.
    @inline(__always)
    private static func store(
        _ time: UInt64,
        of context: inout Context,
        _ axis: inout Axis,
        _ mapping: TimestampMapping,
        to target: UnsafeMutableRawPointer
    ) {
        if time != 0 {
            context.previousTime = time
            if case .byFirstTime = context.motion { context.motion = mapping.motion(anchor: time) }
        }
        store(axis.moved(time, context.motion, mapping), to: target)
    }

    @inline(__always)
    private static func store(_ time: UInt64, to target: UnsafeMutableRawPointer) {
        target.storeBytes(of: time.littleEndian, as: UInt64.self)
    }
}
