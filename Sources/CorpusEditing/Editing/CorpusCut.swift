public import CorpusStore
import OTLP

/// Makes a corpus of a part of another.
public struct CorpusCut: Sendable {
    /// The part.
    public var selection: RequestSelection

    /// A cut of that part.
    public init(_ selection: RequestSelection) {
        self.selection = selection
    }

    /// Copies what is selected: each request as it is, or cut down to a service's resources or to
    /// traces, whole: those that begin where the part does.
    ///
    /// The new recording begins and ends where the part does.
    /// - Returns: what the new corpus holds.
    /// - Throws: ``EditingError/nothingChosen(path:)``; `CorpusError`; `CancellationError`.
    public func run(
        _ reader: CorpusReader,
        into corpus: NewCorpus,
        progress: EditingProgress
    ) async throws -> CorpusTotals {
        let recording = reader.recording
        let first = try reader.blocks().map(\.firstArrival).min() ?? recording.started
        let bounds = selection.arrivals(firstArrival: first)
        let requests = try SelectedRequests(reader, selection, progress: progress)
        return try await corpus.build(
            started: selection.from > .zero
                ? Timestamp(unixNanoseconds: bounds.lowerBound) : recording.started,
            settings: recording.settings.edited(by: "cut"),
            from: { try requests.nextPrepared() },
            ending: { totals in
                guard totals.requests > 0 else {
                    throw EditingError.nothingChosen(path: reader.path)
                }
                guard selection.until != nil else {
                    return .init(ended: recording.ended, isComplete: recording.isComplete)
                }
                let until = Timestamp(unixNanoseconds: bounds.upperBound)
                return .init(
                    // Traces that begin before may end after.
                    ended: selection.traces == nil ? min(recording.ended ?? until, until) : nil,
                    isComplete: recording.isComplete
                )
            }
        )
    }
}

extension RecordingSettings {
    /// The settings, saying what was done to the corpus since.
    func edited(by step: String) -> RecordingSettings {
        var settings = self
        let steps =
            if case .text(let earlier)? = settings["edited"] { earlier + ", " + step } else { step }
        settings["edited"] = .text(steps)
        return settings
    }
}

extension SelectedRequests {
    /// The next request, ready to be written.
    func nextPrepared() throws -> PreparedRequest? {
        try next().map { try PreparedRequest($0.request) }
    }
}
