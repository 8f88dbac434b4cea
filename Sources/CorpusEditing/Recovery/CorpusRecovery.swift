public import CorpusStore
import Foundation
public import OTLP

/// What recovering a corpus saved, and what it could not.
public struct RecoveryResult: Sendable {
    /// A run of export requests that are lost.
    public struct Loss: Equatable, Sendable {
        /// Their numbers in the damaged corpus.
        public let numbers: ClosedRange<Int64>
        /// The earliest arrival that one can have had; nil where nothing is known.
        public var from: Timestamp?
        /// The latest.
        public var until: Timestamp?
        /// How many of each signal; those that nothing is known of are left out.
        public var requests: [Signal: Int] = [:]
    }

    /// What the new corpus holds.
    public var totals = CorpusTotals()
    /// What is lost, in order.
    public internal(set) var losses: [Loss] = []
    /// Whether more may be lost than ``losses`` says: what was recorded isn't proven to be all here.
    public internal(set) var mayLackMore = false

    /// Whether everything that was recorded is in the new corpus.
    public var isWhole: Bool { losses.isEmpty && !mayLackMore }
}

/// Saves what still verifies out of a damaged file, whether or not SQLite can open it.
public enum CorpusRecovery {
    /// Copies every export request that matches a checksum, in order, into a new corpus.
    ///
    /// A request counts as intact where its block matches its CRC-32, or its payload its SHA-256.
    /// - Throws: `CorpusError.notACorpus` where the file holds nothing of a corpus; other
    ///   `CorpusError`s where the new one can't be written; `CancellationError`.
    public static func run(
        _ path: String,
        out: String,
        replacesExisting: Bool = false,
        progress: EditingProgress
    ) async throws -> RecoveryResult {
        let images = try PageImages(path: path)
        let scan = CorpusScan(images)
        guard !scan.isEmpty else {
            throw CorpusError.notACorpus(path: path, reason: "nothing of one is left in it")
        }
        let recording = scan.recording
        let settings = recording.flatMap {
            try? JSONDecoder().decode(RecordingSettings.self, from: Data($0.settings.utf8))
        }
        let corpus = try NewCorpus(
            path: out,
            replacesExisting: replacesExisting,
            index: recording.flatMap { ItemIndex(rawValue: $0.indexed) } ?? .all,
            inputs: [path]
        )
        let requests = SalvagedRequests(scan, images, progress)
        var result = RecoveryResult()
        result.totals = try await corpus.build(
            started: recording.map { Timestamp(unixNanoseconds: $0.started) },
            settings: (settings ?? [:]).edited(by: "recover"),
            from: { requests.next() },
            ending: { _ in .init(isComplete: recording?.isComplete ?? false) }
        )
        if let digest = recording?.digest, digest == result.totals.digest { return result }
        result.losses = requests.losses()
        // Without a digest, only SQLite can say that no table leads to more.
        let verified = try? CorpusReader(path: path).verify()
        let isProven =
            recording?.digest == nil && !images.isLogDamaged && images.missingPages == 0
            && verified?.isIntact == true && verified?.intactRequests == result.totals.requests
        result.mayLackMore = !isProven
        return result
    }
}
