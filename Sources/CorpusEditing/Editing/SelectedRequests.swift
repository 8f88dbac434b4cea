import CorpusStore
import Foundation
import OTLP

/// Reads what is selected of a corpus, in its order, a block in memory at a time.
final class SelectedRequests {
    private let signals: Set<Signal>
    private let arrivals: Range<UInt64>
    private let cutter: RequestCutter?
    private let path: String
    private let progress: EditingProgress?
    private var cursor: RequestCursor

    /// - Throws: `CorpusError` when the corpus can't be read; `WireError` when a request in it is
    ///   not well-formed.
    init(
        _ reader: CorpusReader,
        _ selection: RequestSelection = RequestSelection(),
        progress: EditingProgress?
    ) throws {
        self.progress = progress
        signals = selection.signals
        path = reader.path
        let blocks = try reader.blocks()
        let first = blocks.map(\.firstArrival).min() ?? reader.recording.started
        var arrivals = selection.arrivals(firstArrival: first)
        var traces: TraceSelection?
        if let filter = selection.traces {
            var chosen = try TraceSelection(filter, in: reader)
            if selection.from > .zero || selection.until != nil {
                try chosen.keepTraces(beginning: arrivals, in: reader)
            }
            traces = chosen
            // Whatever belongs to a trace is taken, whenever it came.
            arrivals = 0..<UInt64.max
        }
        let range = arrivals
        self.arrivals = range
        cutter = RequestCutter(service: selection.service, traces: traces)
        let chosen = blocks.filter { block in
            block.firstArrival.unixNanoseconds < range.upperBound
                && block.lastArrival.unixNanoseconds >= range.lowerBound
        }
        progress?.expect(chosen.reduce(0) { $0 &+ $1.requestCount })
        cursor = try RequestCursor(reader, blocks: chosen)
    }

    /// The next request, cut down to what is selected of it, with its number in the corpus; nil
    /// after the last.
    func next() throws(CorpusError) -> (number: Int64, request: ExportRequest)? {
        while let (number, request) = try cursor.next() {
            progress?.add(1)
            guard signals.contains(request.signal),
                arrivals.contains(request.arrival.unixNanoseconds)
            else { continue }
            guard let cutter else { return (number, request) }
            do throws(WireError) {
                guard let cut = try cutter.cut(request.signal, request.payload) else { continue }
                return (number, request.with(payload: cut.payload))
            } catch {
                throw .damagedRequest(path: path, request: number)
            }
        }
        return nil
    }
}
