import OTLP

/// Lifts the timestamps and ids out of a block's pieces.
struct HoleEncoder {
    private(set) var traceIDs = IdentifierTable(width: 16)
    private(set) var spanIDs = IdentifierTable(width: 8)
    private(set) var anchors = ColumnWriter()
    private(set) var traces = ColumnWriter()
    private(set) var times = ColumnWriter()
    private(set) var references = ColumnWriter()
    private var lastAnchor: UInt64 = 0
    private var lastTimes: [UInt64] = []

    /// The latest timestamp, in Unix nanoseconds; those past 2^63 − 1 don't count.
    private(set) var latestTime: UInt64 = 0

    /// Lifts the holes of an item.
    mutating func lift(
        _ holes: UnsafeBufferPointer<Hole>,
        traceIDOffset: Int,
        from base: UnsafeRawPointer,
        history: inout SignalHistory,
        anchor: (TraceID) throws -> UInt64
    ) rethrows {
        var trace: Int?
        if traceIDOffset >= 0 {
            let index = try traceIndex(base + traceIDOffset, anchor: anchor)
            traces.append(UInt64(index), after: UInt64(history.lastTrace))
            history.lastTrace = index
            trace = index
        }
        var previous: UInt64 = 0
        for hole in holes {
            let place = base + Int(hole.offset)
            switch hole.kind {
            case .traceID:
                break
            case .otherTraceID:
                let index = try traceIndex(place, anchor: anchor)
                references.append(UInt64(index), after: UInt64(history.lastTrace))
            case .spanID, .parentSpanID, .otherSpanID:
                let index = spanIDs.index(place).index
                references.append(UInt64(index), after: UInt64(history.lastSpan))
                history.lastSpan = index
            case .startTime, .endTime, .eventTime, .time, .observedTime, .exemplarTime:
                let time = UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
                if time > latestTime, time <= UInt64(Int64.max) { latestTime = time }
                if let trace {
                    times.append(time, after: lastTimes[trace])
                    if time != 0 { lastTimes[trace] = time }
                } else {
                    append(time, hole.kind, previous: previous, &history)
                    if time != 0 { previous = time }
                }
            }
        }
    }

    private mutating func append(
        _ time: UInt64,
        _ kind: Hole.Kind,
        previous: UInt64,
        _ history: inout SignalHistory
    ) {
        switch kind {
        case .startTime:
            if let back = history.recentTimes.back(to: time) {
                times.append(UInt64(back))
            } else {
                times.append(UInt64(BlockLayout.recentTimes))
                times.append(time, after: history.lastStart)
                if time != 0 { history.lastStart = time }
            }
        case .time:
            times.append(time, after: history.recentTimes.last)
            if time != 0, time != history.recentTimes.last { history.recentTimes.append(time) }
        default:
            times.append(time, after: previous)
        }
    }

    private mutating func traceIndex(
        _ place: UnsafeRawPointer,
        anchor: (TraceID) throws -> UInt64
    ) rethrows -> Int {
        let (index, isNew) = traceIDs.index(place)
        guard isNew else { return index }
        let value = try anchor(TraceID(place))
        anchors.append(value, after: lastAnchor)
        lastAnchor = value
        lastTimes.append(value)
        return index
    }
}
