import CorpusStore
import Foundation
import OTLP

/// Reads what is selected of a corpus, in its order, a block in memory at a time.
final class SelectedRequests {
    private let selection: RequestSelection
    private let arrivals: Range<UInt64>
    private let path: String
    private let progress: EditingProgress?
    private var cursor: RequestCursor

    init(
        _ reader: CorpusReader,
        _ selection: RequestSelection = RequestSelection(),
        progress: EditingProgress?
    ) throws(CorpusError) {
        self.selection = selection
        self.progress = progress
        path = reader.path
        let blocks = try reader.blocks()
        let first = blocks.map(\.firstArrival).min() ?? reader.recording.started
        let arrivals = selection.arrivals(firstArrival: first)
        self.arrivals = arrivals
        let chosen = blocks.filter { block in
            block.firstArrival.unixNanoseconds < arrivals.upperBound
                && block.lastArrival.unixNanoseconds >= arrivals.lowerBound
        }
        progress?.expect(chosen.reduce(0) { $0 + $1.requestCount })
        cursor = try RequestCursor(reader, blocks: chosen)
    }

    /// The next request, cut down to what is selected of it, with its number in the corpus; nil
    /// after the last.
    func next() throws(CorpusError) -> (number: Int64, request: ExportRequest)? {
        while let (number, request) = try cursor.next() {
            progress?.add(1)
            guard arrivals.contains(request.arrival.unixNanoseconds) else { continue }
            do throws(WireError) {
                if let chosen = try selection.chosen(request) { return (number, chosen) }
            } catch {
                throw .damagedRequest(path: path, request: number)
            }
        }
        return nil
    }
}
