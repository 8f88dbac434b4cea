import Foundation
public import OTLP

/// Makes a corpus of export requests that are at hand, in the order in which they are given.
///
/// Unlike a ``CorpusWriter`` it keeps no request safe before the end: the file is of use only once
/// it is built, and its caller deletes one that wasn't. So it writes no log, and a block at a time.
public enum CorpusBuilder {
    /// What to make, and where.
    public struct Configuration: Sendable {
        /// The file to make; there must be none.
        public var path: String
        /// When the recording began; nil is the first request's arrival.
        public var started: Timestamp?
        /// How the recording was made; kept in the corpus.
        public var settings: RecordingSettings
        /// Which items get rows of their own.
        public var index: ItemIndex
        /// How many bytes of payload a block holds, about.
        public var blockBytes: Int
        /// The level of compression, from 1 (quick) to 9 (small).
        public var level: Int32

        /// A corpus as ``CorpusWriter`` would leave it.
        public init(
            path: String,
            started: Timestamp? = nil,
            settings: RecordingSettings = [:],
            index: ItemIndex = .all,
            blockBytes: Int = BlockCodec.defaultBlockBytes,
            level: Int32 = 6
        ) {
            self.path = path
            self.started = started
            self.settings = settings
            self.index = index
            self.blockBytes = blockBytes
            self.level = level
        }
    }

    /// How the recording ended that a corpus holds.
    public struct Ending: Sendable {
        /// When; nil is the last request's arrival.
        public var ended: Timestamp?
        /// Whether all that was to be recorded is in the corpus.
        public var isComplete: Bool
        /// What takes the place of the configuration's settings, if anything.
        public var settings: RecordingSettings?

        /// A clean end at the last request.
        public init(
            ended: Timestamp? = nil,
            isComplete: Bool = true,
            settings: RecordingSettings? = nil
        ) {
            self.ended = ended
            self.isComplete = isComplete
            self.settings = settings
        }
    }

    /// Builds the corpus from what `next` gives until it gives nil; then `ending` is asked.
    ///
    /// Three blocks are in work at a time, one being read, one encoded, one written, so that both
    /// cores of a small machine are busy; they take about five times their payload of memory.
    /// - Returns: what the corpus holds.
    /// - Throws: ``CorpusError`` when the file can't be written; what the closures throw;
    ///   `CancellationError`. The file is then of no use.
    public static func build(
        _ configuration: Configuration,
        from next: () throws -> PreparedRequest?,
        ending: (CorpusTotals) throws -> Ending = { _ in Ending() }
    ) async throws -> CorpusTotals {
        var lastArrival = Timestamp(unixNanoseconds: 0)
        func nextBatch() throws -> [PreparedRequest] {
            try Task.checkCancellation()
            var batch: [PreparedRequest] = []
            var bytes = 0
            while bytes < configuration.blockBytes, let prepared = try next() {
                bytes += prepared.request.payload.count
                lastArrival = max(lastArrival, prepared.request.arrival)
                batch.append(prepared)
            }
            return batch
        }

        let first = try nextBatch()
        let now = WallClock().now
        let started = configuration.started ?? first.first?.request.arrival ?? now
        let file = try CorpusFile(building: .init(configuration), started: started)
        var encoding: OpenBlock.Run? = try await file.run(of: first)
        var writing: EncodedBlock?
        while encoding != nil || writing != nil {
            let (run, block) = (encoding, writing)
            async let encoded = run.map { try EncodedBlock($0, level: configuration.level) }
            async let written: Void = file.write(block)
            let batch = encoding == nil ? [] : try nextBatch()
            try await written
            encoding = try await file.run(of: batch)
            writing = try await encoded
        }
        var ending = try ending(file.totals)
        if ending.ended == nil { ending.ended = first.isEmpty ? started : lastArrival }
        try Task.checkCancellation()
        return try await file.complete(ending)
    }
}

extension CorpusWriter.Configuration {
    fileprivate init(_ configuration: CorpusBuilder.Configuration) {
        self.init(
            path: configuration.path,
            settings: configuration.settings,
            index: configuration.index,
            blockBytes: configuration.blockBytes
        )
    }
}
