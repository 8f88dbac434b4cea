public import CorpusStore
import Foundation
import OTLP

/// Makes one corpus of several.
public struct CorpusJoin: Sendable {
    /// How the corpora lie on the clock of the new one.
    public enum Arrangement: String, CaseIterable, Sendable {
        /// As they were recorded.
        case wall
        /// All begin with the first one: the others' times move by a constant each.
        case start
        /// Each begins where the one before ends: the others' times move by a constant each.
        case sequence
    }

    /// How they lie.
    public var arrangement: Arrangement

    /// A join of corpora that lie so.
    public init(_ arrangement: Arrangement) {
        self.arrangement = arrangement
    }

    /// Copies all requests of all corpora, in the order of their arrival on the new clock.
    ///
    /// Where a corpus's arrivals move, the timestamps in its payloads move with them; what doesn't
    /// move is copied byte for byte.
    /// - Returns: what the new corpus holds.
    /// - Throws: ``EditingError/clockOutOfRange(path:)``; `CorpusError`; `CancellationError`.
    public func run(
        _ readers: [CorpusReader],
        into corpus: NewCorpus,
        progress: EditingProgress
    ) async throws -> CorpusTotals {
        let spans = try readers.map(RecordingSpan.init)
        let starts = starts(spans)
        var inputs = InputQueue()
        for ((reader, span), start) in zip(zip(readers, spans), starts) {
            inputs.add(try MovedRequests(reader, from: span.started, to: start, progress))
        }
        let ended = try zip(readers, zip(spans, starts)).map { reader, place in
            try place.0.moved(to: place.1, of: reader.path)
        }.max()
        return try await corpus.build(
            started: starts.min(),
            settings: settings(readers),
            from: { try inputs.next() },
            ending: { _ in
                .init(ended: ended, isComplete: readers.allSatisfy(\.recording.isComplete))
            }
        )
    }

    /// Where each corpus begins on the new clock.
    private func starts(_ spans: [RecordingSpan]) -> [Timestamp] {
        guard let first = spans.first else { return [] }
        switch arrangement {
        case .wall: return spans.map(\.started)
        case .start: return spans.map { _ in first.started }
        case .sequence:
            var next = first.started.unixNanoseconds
            return spans.map { span in
                defer { next = next.addingReportingOverflow(span.nanoseconds).partialValue }
                return Timestamp(unixNanoseconds: next)
            }
        }
    }

    private func settings(_ readers: [CorpusReader]) -> RecordingSettings {
        let names = readers.map { URL(fileURLWithPath: $0.path).lastPathComponent }
        let step = arrangement == .sequence ? "concat" : "merge"
        var settings = readers.first?.recording.settings ?? [:]
        // What the recordings don't agree on is true of none of the whole.
        for reader in readers.dropFirst() {
            settings = settings.filter { reader.recording.settings[$0.key] == $0.value }
        }
        return settings.edited(by: "\(step) of \(names.joined(separator: ", "))")
    }
}

/// From where to where a recording went.
private struct RecordingSpan {
    let started: Timestamp
    let nanoseconds: UInt64

    init(_ reader: CorpusReader) throws(CorpusError) {
        let blocks = try reader.blocks()
        let recording = reader.recording
        // An imported recording may begin before what its clock says.
        let first = blocks.map(\.firstArrival).min() ?? recording.started
        started = min(recording.started, first)
        let last = blocks.map(\.lastArrival).max() ?? started
        let ended = max(recording.ended ?? last, last)
        // A damaged file may say what it will.
        nanoseconds = max(ended, started).unixNanoseconds - started.unixNanoseconds
    }

    /// The end of the recording that begins at the instant.
    func moved(to start: Timestamp, of path: String) throws(EditingError) -> Timestamp {
        let (sum, overflow) = start.unixNanoseconds.addingReportingOverflow(nanoseconds)
        guard !overflow, sum <= UInt64(Int64.max) else { throw .clockOutOfRange(path: path) }
        return Timestamp(unixNanoseconds: sum)
    }
}

/// A corpus's requests, moved by a constant.
private final class MovedRequests {
    private var cursor: RequestCursor
    private let offset: Int64
    private let path: String
    private let progress: EditingProgress
    private(set) var head: PreparedRequest?

    init(
        _ reader: CorpusReader,
        from started: Timestamp,
        to start: Timestamp,
        _ progress: EditingProgress
    ) throws {
        path = reader.path
        self.progress = progress
        guard
            let offset = Int64(
                exactly: Int128(start.unixNanoseconds) - Int128(started.unixNanoseconds)
            )
        else { throw EditingError.clockOutOfRange(path: reader.path) }
        self.offset = offset
        let blocks = try reader.blocks()
        progress.expect(blocks.reduce(0) { $0 &+ $1.requestCount })
        let mapping =
            offset == 0
            ? TimestampMapping.keep
            : TimestampMapping(
                mode: .constant,
                originUnixNanoseconds: started.unixNanoseconds,
                startUnixNanoseconds: start.unixNanoseconds,
                speed: .recorded
            )
        cursor = try RequestCursor(reader, blocks: blocks, mapping: mapping)
    }

    /// Moves to the next request; ``head`` is nil behind the last.
    func advance() throws {
        head = try next()
    }

    private func next() throws -> PreparedRequest? {
        guard let (_, request) = try cursor.next() else { return nil }
        progress.add(1)
        let arrival = Int128(request.arrival.unixNanoseconds) + Int128(offset)
        guard let moved = UInt64(exactly: arrival) else {
            throw EditingError.clockOutOfRange(path: path)
        }
        return try PreparedRequest(request).arriving(at: Timestamp(unixNanoseconds: moved))
    }
}

/// Corpora side by side, the earliest arrival first; of equal ones, that of the earlier corpus.
private struct InputQueue {
    private var inputs: [MovedRequests] = []
    private var isStarted = false

    mutating func add(_ requests: MovedRequests) {
        inputs.append(requests)
    }

    mutating func next() throws -> PreparedRequest? {
        if !isStarted {
            for input in inputs { try input.advance() }
            isStarted = true
        }
        inputs.removeAll { $0.head == nil }
        let earliest = inputs.min { left, right in
            guard let left = left.head, let right = right.head else { return false }
            return left.request.arrival < right.request.arrival
        }
        guard let earliest, let head = earliest.head else { return nil }
        try earliest.advance()
        return head
    }
}
