import OTLP

/// The traces that an export request speaks of, each once, and which one each of its items is in.
struct RequestTraces: Sendable {
    /// A trace as one export request shows it.
    struct Trace: Sendable {
        let id: TraceID
        /// The earliest timestamp of one of its items, in Unix nanoseconds; 0 where there is none.
        var earliestUnixNanoseconds: UInt64
    }

    /// In the order in which the request names them.
    private(set) var traces: [Trace] = []
    /// For each item the place of its trace in ``traces``; −1 for none.
    private(set) var traceOfItem: [Int32] = []

    init(_ request: ExportRequest, scan: RequestScan) {
        traceOfItem.reserveCapacity(scan.items.count)
        var places: [TraceID: Int32] = [:]
        places.reserveCapacity(min(512, scan.items.count))
        request.payload.withUnsafeBytes { payload in
            for item in scan.items {
                guard let base = payload.baseAddress, item.traceIDOffset >= 0 else {
                    traceOfItem.append(-1)
                    continue
                }
                let place = enter(TraceID(base + Int(item.traceIDOffset)), in: &places)
                note(item, of: Int(place))
                traceOfItem.append(place)
            }
            guard let base = payload.baseAddress else { return }
            for hole in scan.holes where hole.kind == .otherTraceID {
                _ = enter(TraceID(base + Int(hole.offset)), in: &places)
            }
        }
    }

    private mutating func enter(_ id: TraceID, in places: inout [TraceID: Int32]) -> Int32 {
        if let last = traces.last, last.id == id { return Int32(traces.count - 1) }
        if let place = places[id] { return place }
        let place = Int32(traces.count)
        places[id] = place
        traces.append(Trace(id: id, earliestUnixNanoseconds: 0))
        return place
    }

    private mutating func note(_ item: RequestScan.Item, of place: Int) {
        let time =
            item.startUnixNanoseconds != 0
            ? item.startUnixNanoseconds
            : item.timeUnixNanoseconds != 0
                ? item.timeUnixNanoseconds : item.observedUnixNanoseconds
        let known = traces[place].earliestUnixNanoseconds
        if time != 0, known == 0 || time < known { traces[place].earliestUnixNanoseconds = time }
    }
}
