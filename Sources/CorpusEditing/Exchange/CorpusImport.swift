public import CorpusStore
import Foundation
public import OTLP

/// Makes a corpus of files in the formats of the OpenTelemetry Collector's file exporter.
public struct CorpusImport: Sendable {
    /// The files; `-` is standard input.
    public var files: [String]
    /// When the requests are said to have arrived.
    public var arrivals = ImportArrivals.items
    /// What length-delimited files hold, where it can't be told by their bytes.
    public var signal: Signal?
    /// Whether messages that can't be read are counted and left out.
    public var skipsBadMessages = false

    /// What came of an import.
    public struct Result: Sendable {
        /// What the corpus holds.
        public let totals: CorpusTotals
        /// How many messages were left out.
        public let skippedMessages: Int
        /// What was wrong with the first of them.
        public let examples: [String]
    }

    /// An import of the files.
    public init(files: [String]) {
        self.files = files
    }

    /// Imports the files, joined by their items' times where there are several.
    ///
    /// Requests keep their order within each file. Progress counts bytes of the files.
    /// - Returns: what the corpus holds, and what was left out.
    /// - Throws: ``EditingError`` with file, place and reason; `CorpusError`;
    ///   `CancellationError`.
    public func run(into corpus: NewCorpus, progress: EditingProgress) async throws -> Result {
        var importers = try files.map {
            try RequestImporter(
                path: $0,
                signal: signal,
                skipsBadMessages: skipsBadMessages,
                progress: progress
            )
        }
        for place in importers.indices { try importers[place].advance() }
        guard importers.contains(where: { $0.head != nil || $0.badMessageCount > 0 }) else {
            throw EditingError.nothingToImport(paths: files)
        }
        var clock = ArrivalClock(arrivals)
        let skips = skipsBadMessages
        let totals = try await corpus.build(
            settings: settings,
            from: {
                guard let place = Self.earliest(importers), let head = importers[place].head
                else { return nil }
                try importers[place].advance()
                return head.request.arriving(at: clock.arrival(latest: head.latest))
            },
            ending: { totals in
                // Nothing but bad messages is no recording.
                guard totals.requests > 0 || !skips else {
                    throw EditingError.nothingToImport(paths: files)
                }
                return .init()
            }
        )
        return Result(
            totals: totals,
            skippedMessages: importers.reduce(0) { $0 + $1.badMessageCount },
            examples: importers.flatMap(\.badMessages)
        )
    }

    private var settings: RecordingSettings {
        [
            "recorder": .text("corpus-tool import"),
            "imported": .text(
                files.map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: ", ")
            ),
        ]
    }

    /// The file whose next request is the earliest; one without times comes at once.
    private static func earliest(_ importers: [RequestImporter]) -> Int? {
        let heads = importers.enumerated().compactMap { place, importer in
            importer.head.map { (place, $0.latest ?? Timestamp(unixNanoseconds: 0)) }
        }
        return heads.min { $0.1 < $1.1 }?.0
    }
}
