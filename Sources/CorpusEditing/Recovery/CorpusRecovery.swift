public import CorpusStore
import Foundation
import OTLP

/// Saves what still verifies out of a damaged file, whether or not SQLite can open it.
public enum CorpusRecovery {
    /// Copies every export request that matches a checksum, in order, into a new corpus.
    ///
    /// A request counts as intact where its block matches its CRC-32, or the row of `requests` has
    /// its payload's SHA-256, its signal and its arrival. Progress counts bytes of the file. Takes the
    /// memory of a block or two and about 200 bytes for each block of the file. Without an `index`,
    /// those items get rows of their own that have them in the damaged corpus.
    /// - Returns: what was saved, and what wasn't.
    /// - Throws: ``EditingError/nothingToRecover(path:)``; `CorpusError` where there is no such
    ///   file or the new one can't be written; `CancellationError`.
    public static func run(
        _ path: String,
        into corpus: NewCorpus,
        index: ItemIndex? = nil,
        progress: EditingProgress
    ) async throws -> RecoveryResult {
        let images = try PageImages(path: path)
        progress.expect(images.byteCount)
        let scan = try CorpusScan(images, progress)
        guard !scan.isEmpty else { throw EditingError.nothingToRecover(path: path) }
        // Each block is read to find its place, and read again to be copied.
        progress.expect(2 * scan.blocks.reduce(0) { $0 + $1.row.data.count })
        let requests = try SalvagedRequests(scan, progress)
        let recording = scan.recording
        var corpus = corpus
        corpus.index = index ?? recording.flatMap { ItemIndex(rawValue: $0.indexed) } ?? .all

        var result = RecoveryResult()
        result.isDescribed = recording?.decodedSettings != nil
        result.totals = try await corpus.build(
            started: recording.map { Timestamp(unixNanoseconds: $0.started) },
            settings: (recording?.decodedSettings ?? [:]).edited(by: "recover"),
            from: {
                try Task.checkCancellation()
                return requests.next()
            },
            ending: { totals in
                conclude(&result, path, scan, requests)
                guard totals.requests > 0 || result.isWhole else {
                    throw EditingError.nothingToRecover(path: path)
                }
                return .init(
                    ended: recording?.ended.map { Timestamp(unixNanoseconds: $0) },
                    isComplete: result.isWhole && recording?.isComplete == true
                )
            }
        )
        return result
    }

    /// Works out what is lost, and what of that is certain.
    private static func conclude(
        _ result: inout RecoveryResult,
        _ path: String,
        _ scan: CorpusScan,
        _ requests: SalvagedRequests
    ) {
        result.losses = requests.losses()
        result.lastNumber = requests.highest
        result.matchesDigest = scan.recording?.digest.map { $0 == requests.digest }
        if result.matchesDigest == true {
            // Then the numbers that are lacking are damaged ones.
            result.losses = []
            result.isEndKnown = true
        } else if !scan.isCut, !scan.images.isExhausted, !scan.images.isLogDamaged,
            scan.images.filePages > 0
        {
            // Only SQLite can say that a table leads to no more. Beside an empty file it would
            // delete the log.
            let last = try? CorpusReader(path: path).lastRequest()
            result.isEndKnown = last == requests.highest
        }
    }
}

extension CorpusRows.Recording {
    /// The settings; nil where their text is damaged.
    var decodedSettings: RecordingSettings? {
        try? JSONDecoder().decode(RecordingSettings.self, from: Data(settings.utf8))
    }
}
