public import CorpusStore
import Foundation
public import OTLP

/// A corpus to be made out of something else: it appears under its name only once it is whole.
///
/// Until then it is written beside that name, in a hidden file that is removed when anything goes
/// wrong or the task is cancelled.
public struct NewCorpus: Sendable {
    /// Where it is to be.
    public let path: String
    /// Which items get rows of their own.
    public var index: ItemIndex
    /// The level of compression, from 1 (quick) to 9 (small).
    public var level: Int32
    /// How many bytes of payload a block holds, about.
    public var blockBytes: Int
    private let replacesExisting: Bool

    /// A corpus at a path, made out of `inputs`, none of which it may replace.
    /// - Throws: ``EditingError`` or `CorpusError` when there can be no such file.
    public init(
        path: String,
        replacesExisting: Bool = false,
        index: ItemIndex = .all,
        level: Int32 = 6,
        blockBytes: Int = BlockCodec.defaultBlockBytes,
        inputs: [String] = []
    ) throws {
        self.path = path
        self.index = index
        self.level = level
        self.blockBytes = blockBytes
        self.replacesExisting = replacesExisting
        try NewFile.check(path, replacing: replacesExisting, inputs: inputs)
    }

    /// Builds the corpus from what `next` gives until it gives nil; see
    /// `CorpusBuilder.build(_:from:ending:)`.
    /// - Throws: `CorpusError` when the file can't be written; what the closures throw;
    ///   `CancellationError`. Nothing is left of the file then.
    public func build(
        started: Timestamp? = nil,
        settings: RecordingSettings = [:],
        from next: () throws -> PreparedRequest?,
        ending: (CorpusTotals) throws -> CorpusBuilder.Ending = { _ in .init() }
    ) async throws -> CorpusTotals {
        let file = NewFile(path: path, replacesExisting: replacesExisting)
        do {
            let totals = try await CorpusBuilder.build(
                .init(
                    path: file.temporaryPath,
                    started: started,
                    settings: settings,
                    index: index,
                    blockBytes: blockBytes,
                    level: level
                ),
                from: next,
                ending: ending
            )
            try file.keep()
            return totals
        } catch {
            file.discard()
            throw CorpusError.renaming(file.temporaryPath, to: path, in: error)
        }
    }
}

extension CorpusError {
    /// The error with the name that a file is to have in place of the one it is written under.
    static func renaming(_ temporary: String, to path: String, in error: any Error) -> any Error {
        switch error {
        case CorpusError.full(temporary): CorpusError.full(path: path)
        case CorpusError.cannotCreate(temporary, let reason):
            CorpusError.cannotCreate(path: path, reason: reason)
        case CorpusError.database(temporary, let reason):
            CorpusError.database(path: path, reason: reason)
        case CorpusError.damagedFile(temporary, let reason):
            CorpusError.damagedFile(path: path, reason: reason)
        default: error
        }
    }
}
