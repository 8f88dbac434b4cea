import OTLP

extension TraceSelection {
    /// Leaves those traces whose first request arrived in a range of Unix nanoseconds.
    ///
    /// Decodes all blocks that begin before the range ends; `skipsDamaged` has what is damaged in
    /// them taken for not there.
    /// - Throws: ``CorpusError`` when the corpus can't be read; `WireError` when a request in it is
    ///   not well-formed.
    public mutating func keepTraces(
        beginning arrivals: Range<UInt64>,
        in reader: CorpusReader,
        skipsDamaged: Bool = false
    ) throws {
        let blocks = try reader.blocks().filter {
            $0.firstArrival.unixNanoseconds < arrivals.upperBound
        }
        var seen: (before: Set<TraceID>, within: Set<TraceID>) = ([], [])
        for block in blocks {
            do {
                var cursor = try RequestCursor(reader, blocks: [block])
                while let (_, request) = try cursor.next() {
                    try note(request, arrivals, in: &seen)
                }
            } catch let error where skipsDamaged && Self.isDamage(error) {
                continue
            }
        }
        ids = seen.within.subtracting(seen.before)
    }

    /// Leaves one of `count` shares of the traces, numbered from 0; each trace is in exactly one,
    /// whichever corpus and machine it is chosen on.
    public mutating func keepShare(_ index: Int, of count: Int) {
        ids = ids.filter { Int($0.spread % UInt64(max(1, count))) == index }
    }

    private func note(
        _ request: ExportRequest,
        _ arrivals: Range<UInt64>,
        in seen: inout (before: Set<TraceID>, within: Set<TraceID>)
    ) throws(WireError) {
        let arrival = request.arrival.unixNanoseconds
        guard arrival < arrivals.upperBound, request.signal != .metrics else { return }
        let scan = try RequestScan(request.signal, payload: request.payload)
        request.payload.withUnsafeBytes { payload in
            for item in scan.items where item.traceIDOffset >= 0 {
                guard let base = payload.baseAddress else { return }
                let id = TraceID(base + Int(item.traceIDOffset))
                guard ids.contains(id) else { continue }
                if arrival < arrivals.lowerBound {
                    seen.before.insert(id)
                } else {
                    seen.within.insert(id)
                }
            }
        }
    }

    private static func isDamage(_ error: any Error) -> Bool {
        switch error {
        case CorpusError.damagedBlock, CorpusError.damagedRequest: true
        default: error is WireError
        }
    }
}

extension TraceID {
    /// A number that is spread evenly, however the id was made, and the same on every machine.
    fileprivate var spread: UInt64 {
        var mixed = UInt64(littleEndian: high) ^ UInt64(littleEndian: low).byteSwapped
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
