import OTLP

extension TraceSelection {
    /// Leaves those traces whose first request arrived in a range of Unix nanoseconds.
    ///
    /// Decodes all blocks that begin before the range ends.
    /// - Throws: ``CorpusError`` when the corpus can't be read; `WireError` when a request in it is
    ///   not well-formed.
    public mutating func keepTraces(
        beginning arrivals: Range<UInt64>,
        in reader: CorpusReader
    ) throws {
        let blocks = try reader.blocks().filter {
            $0.firstArrival.unixNanoseconds < arrivals.upperBound
        }
        var (before, within): (Set<TraceID>, Set<TraceID>) = ([], [])
        var cursor = try RequestCursor(reader, blocks: blocks)
        while let (_, request) = try cursor.next() {
            let arrival = request.arrival.unixNanoseconds
            guard arrival < arrivals.upperBound, request.signal != .metrics else { continue }
            let scan = try RequestScan(request.signal, payload: request.payload)
            request.payload.withUnsafeBytes { payload in
                for item in scan.items where item.traceIDOffset >= 0 {
                    guard let base = payload.baseAddress else { return }
                    let id = TraceID(base + Int(item.traceIDOffset))
                    guard ids.contains(id) else { continue }
                    if arrival < arrivals.lowerBound {
                        before.insert(id)
                    } else {
                        within.insert(id)
                    }
                }
            }
        }
        ids = within.subtracting(before)
    }
}
