import OTLP

/// The loop that fills payloads: copies each piece's template, then fills its slots.
///
/// Indexes into the tables were checked when the tables and the pieces were read; what is checked
/// here are the columns' ends, the payload's end and the references.
struct BlockFiller {
    private var pieces: ColumnCursor
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
            let code = Int(truncatingIfNeeded: try filler.pieces.varint())
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
            for index in template.slots {
                let slot = slots[unchecked: index]
                let target = place + Int(slot.offset)
                if slot.filling == Slot.column {
                    try Self.copyValue(&columns[unchecked: Int(slot.argument)], to: target)
                } else if slot.filling == Slot.repeated {
                    let source = place + Int(slot.argument)
                    target.copyMemory(from: source, byteCount: Int(slot.width))
                } else {
                    try filler.fillHole(slot, target, &context, &history, &lastTimes)
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
    private static func copyValue(
        _ column: inout TemplateTable.Column,
        to target: UnsafeMutableRawPointer
    ) throws(CodecError) {
        let source: UnsafeRawPointer
        if let entries = column.entries {
            var indexes = column.indexes
            column.lastEntry = try indexes.index(after: column.lastEntry, below: column.entryCount)
            column.indexes = indexes
            source = entries + column.lastEntry * column.width
        } else {
            source = try column.indexes.take(column.width)
        }
        copy(source, column.width, to: target)
    }

    /// Most values are short: two overlapping words are quicker than a call.
    @inline(__always)
    private static func copy(
        _ source: UnsafeRawPointer,
        _ width: Int,
        to target: UnsafeMutableRawPointer
    ) {
        switch width {
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

    @inline(__always)
    private mutating func fillHole(
        _ slot: Slot,
        _ target: UnsafeMutableRawPointer,
        _ context: inout Context,
        _ history: inout SignalHistory,
        _ lastTimes: inout MutableSpan<UInt64>
    ) throws(CodecError) {
        let kind = Hole.Kind(rawValue: UInt8(truncatingIfNeeded: slot.filling))
        switch kind.unsafelyUnwrapped {
        case .traceID:
            target.copyMemory(from: traceIDs + context.trace * 16, byteCount: 16)
        case .otherTraceID:
            let index = try references.index(after: history.lastTrace, below: traceCount)
            target.copyMemory(from: traceIDs + index * 16, byteCount: 16)
        case .spanID, .parentSpanID, .otherSpanID:
            let index = try references.index(after: history.lastSpan, below: spanCount)
            history.lastSpan = index
            target.copyMemory(from: spanIDs + index * 8, byteCount: 8)
        case .startTime, .endTime, .eventTime, .time, .observedTime, .exemplarTime:
            let time: UInt64
            if context.trace >= 0 {
                time = try times.value(after: lastTimes[unchecked: context.trace])
                if time != 0 { lastTimes[unchecked: context.trace] = time }
            } else {
                time = try looseTime(kind.unsafelyUnwrapped, &context, &history)
            }
            let moved = mapping.moved(time, context.motion)
            target.storeBytes(of: moved.littleEndian, as: UInt64.self)
        }
    }

    /// The timestamp of a piece without a trace.
    @inline(__always)
    private mutating func looseTime(
        _ kind: Hole.Kind,
        _ context: inout Context,
        _ history: inout SignalHistory
    ) throws(CodecError) -> UInt64 {
        let time: UInt64
        switch kind {
        case .startTime:
            let back = try times.count(upTo: BlockLayout.recentTimes)
            if back < BlockLayout.recentTimes {
                time = history.recentTimes[back]
            } else {
                time = try times.value(after: history.lastStart)
                if time != 0 { history.lastStart = time }
            }
        case .time:
            time = try times.value(after: history.recentTimes.last)
            if time != 0, time != history.recentTimes.last { history.recentTimes.append(time) }
        default:
            time = try times.value(after: context.previousTime)
        }
        if time != 0 {
            context.previousTime = time
            if case .byFirstTime = context.motion { context.motion = mapping.motion(anchor: time) }
        }
        return time
    }
}
