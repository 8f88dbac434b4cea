public import CorpusStore

/// Makes a corpus of the same requests as another, in full blocks, with the item tables and at the
/// level of compression that the new one asks for.
public enum CorpusCopy {
    /// Copies every request; what is known of the recording stays as it is.
    /// - Returns: what the new corpus holds.
    /// - Throws: `CorpusError` when the corpus is damaged or the new one can't be written;
    ///   `CancellationError`.
    public static func run(
        _ reader: CorpusReader,
        into corpus: NewCorpus,
        progress: EditingProgress
    ) async throws -> CorpusTotals {
        let recording = reader.recording
        let requests = try SelectedRequests(reader, progress: progress)
        return try await corpus.build(
            started: recording.started,
            settings: recording.settings,
            from: { try requests.nextPrepared() },
            ending: { _ in .init(ended: recording.ended, isComplete: recording.isComplete) }
        )
    }
}
