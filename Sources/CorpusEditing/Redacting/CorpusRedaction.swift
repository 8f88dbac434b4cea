public import CorpusStore
import OTLP

/// Makes a corpus of another's requests without what is to be kept from others.
public struct CorpusRedaction: Sendable {
    /// What a redaction came to.
    public struct Result: Sendable {
        /// What the new corpus holds.
        public let totals: CorpusTotals
        /// What was redacted.
        public let counts: RedactionCounts
    }

    /// What is to be redacted.
    public let rules: RedactionRules
    private let secret: RedactionSecret

    /// A redaction whose hashes are keyed by a secret.
    public init(_ rules: RedactionRules, secret: RedactionSecret) {
        self.rules = rules
        self.secret = secret
    }

    /// Redacts every request; its resources and items stay, as do ids and times.
    ///
    /// The requests are read twice where values are sought elsewhere. The new corpus says how it was
    /// redacted.
    /// - Throws: ``EditingError``; `CorpusError`; `CancellationError`.
    public func run(
        _ reader: CorpusReader,
        into corpus: NewCorpus,
        progress: EditingProgress
    ) async throws -> Result {
        let recording = reader.recording
        var work = try RedactionWork(reader, rules, secret, progress)
        try work.collect()
        let settings = work.redacted(recording.settings, note: rules.note(secret))
        let totals = try await corpus.build(
            started: recording.started,
            settings: settings,
            from: { try work.next().map { try PreparedRequest($0) } },
            ending: { _ in .init(ended: recording.ended, isComplete: recording.isComplete) }
        )
        return Result(totals: totals, counts: work.redactor.counts)
    }

    /// Says what would be redacted, and makes nothing.
    /// - Throws: ``EditingError``; `CorpusError`; `CancellationError`.
    public func preview(
        _ reader: CorpusReader,
        progress: EditingProgress
    ) throws -> RedactionCounts {
        var work = try RedactionWork(reader, rules, secret, progress)
        try work.collect()
        _ = work.redacted(reader.recording.settings, note: "")
        while try work.next() != nil { try Task.checkCancellation() }
        return work.redactor.counts
    }
}

/// A corpus that is being redacted.
private struct RedactionWork {
    private let path: String
    private let requests: SelectedRequests
    /// The same again, where values are sought first.
    private let collected: SelectedRequests?
    var redactor: RequestRedactor

    init(
        _ reader: CorpusReader,
        _ rules: RedactionRules,
        _ secret: RedactionSecret,
        _ progress: EditingProgress
    ) throws {
        path = reader.path
        let isSought = rules.isSoughtElsewhere && rules.hasKeys
        collected = isSought ? try SelectedRequests(reader, progress: progress) : nil
        requests = try SelectedRequests(reader, progress: progress)
        redactor = RequestRedactor(rules, secret)
    }

    /// Takes up the values that are to be sought.
    mutating func collect() throws {
        while let (number, request) = try collected?.next() {
            try Task.checkCancellation()
            do {
                try redactor.collect(request)
            } catch {
                throw notRedactable(number, error)
            }
            guard !redactor.values.isFull else {
                throw EditingError.tooManyValues(path: path, limit: RedactedValues.limit)
            }
        }
    }

    /// The next request, redacted.
    mutating func next() throws -> ExportRequest? {
        guard let (number, request) = try requests.next() else { return nil }
        do {
            return request.with(payload: try redactor.redact(request))
        } catch {
            throw notRedactable(number, error)
        }
    }

    private func notRedactable(_ number: Int64, _ error: any Error) -> EditingError {
        .notRedactable(path: path, request: number, reason: "\(error)")
    }

    /// How a recording was made, and that it was redacted.
    mutating func redacted(_ settings: RecordingSettings, note: String) -> RecordingSettings {
        var settings = settings.edited(by: "redact")
        if case .text(let earlier)? = settings["redacted"] {
            settings["redacted"] = .text(earlier + "; then " + note)
        } else {
            settings["redacted"] = .text(note)
        }
        return settings.mapValues { setting in
            guard case .text(let text) = setting else { return setting }
            return .text(redactor.redacted(text, in: .settings))
        }
    }
}
