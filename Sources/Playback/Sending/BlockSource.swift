import CorpusStore
import OTLP

/// What a replay left out, since it was damaged.
public struct LeftOut: Codable, Equatable, Sendable {
    /// Damaged blocks, in all laps.
    public internal(set) var blocks = 0
    /// Export requests in them, whether or not they were selected.
    public internal(set) var requests = 0
    /// When the first of them arrived, in Unix nanoseconds.
    public internal(set) var firstArrivalUnixNs: UInt64 = 0
    /// When the last of them arrived, in Unix nanoseconds.
    public internal(set) var lastArrivalUnixNs: UInt64 = 0
    /// What is wrong with the first of them.
    public internal(set) var example = ""

    mutating func add(_ block: BlockSummary, _ error: any Error) {
        if blocks == 0 { example = "\(error)" }
        let first = block.firstArrival.unixNanoseconds
        firstArrivalUnixNs = blocks == 0 ? first : min(firstArrivalUnixNs, first)
        lastArrivalUnixNs = max(lastArrivalUnixNs, block.lastArrival.unixNanoseconds)
        blocks += 1
        requests += block.requestCount
    }
}

/// Reads, fills and orders what a replay sends, lap after lap, ahead of the schedule.
struct BlockSource: Sendable {
    let reader: CorpusReader
    let blocks: [BlockSummary]
    var schedule: Schedule
    let configuration: ReplayConfiguration
    let filter: RequestFilter
    private let firstArrival: Timestamp
    private let traces: TraceSelection?

    init(
        _ reader: CorpusReader,
        blocks: [BlockSummary],
        schedule: Schedule,
        configuration: ReplayConfiguration
    ) throws {
        self.reader = reader
        self.schedule = schedule
        self.configuration = configuration
        let first = blocks.map(\.firstArrival).min() ?? schedule.origin
        firstArrival = first
        filter = RequestFilter(configuration.selection, firstArrival: first)
        traces = try Self.traces(configuration.selection, in: reader, firstArrival: first)
        let filter = filter
        self.blocks = blocks.filter { filter.overlaps($0.firstArrival, $0.lastArrival) }
    }

    /// The chosen traces that begin in the window and belong to this replayer's share.
    private static func traces(
        _ selection: ReplaySelection,
        in reader: CorpusReader,
        firstArrival: Timestamp
    ) throws -> TraceSelection? {
        let requests = selection.requests
        guard let filter = requests.traces else { return nil }
        var traces = try TraceSelection(filter, in: reader, skipsDamaged: true)
        if let shard = selection.shard { traces.keepShare(shard.index, of: shard.count) }
        if requests.from > .zero || requests.until != nil {
            try traces.keepTraces(
                beginning: requests.arrivals(firstArrival: firstArrival),
                in: reader,
                skipsDamaged: true
            )
        }
        return traces
    }

    /// How long it takes to fill the first block, which is done once to find out, and to have at
    /// hand by the time it counts what only the first time takes long.
    func timeToFill() -> Duration {
        guard let block = blocks.first else { return .zero }
        return ContinuousClock().measure {
            // What is wrong with it, the replay itself will find.
            var buffers = newBuffers
            _ = try? fill(
                block,
                lap: 0,
                cutter: cutter(lap: 0),
                start: schedule.origin,
                into: &buffers
            ) { _, _ in }
        }
    }

    /// Fills the queue until the last lap's end; how it ends, the queue is told.
    ///
    /// `onDamage` is told of each block that is left out, `onDisorder` of how many
    /// requests were out of order so far.
    func run(
        into queue: ReadAhead<FilledBlock>,
        start: Timestamp,
        onDamage: (BlockSummary, any Error) -> Void,
        onDisorder: (Int) -> Void
    ) async {
        let nextArrivals = nextArrivals
        var order = ArrivalOrder()
        var buffers = newBuffers
        do {
            for lap in 0..<schedule.laps {
                order.restart()
                let cutter = cutter(lap: lap)
                for (block, nextArrival) in zip(blocks, nextArrivals) {
                    try Task.checkCancellation()
                    let filled = try fill(
                        block,
                        lap: lap,
                        cutter: cutter,
                        start: start,
                        into: &buffers,
                        onDamage: onDamage
                    )
                    let ready = FilledBlock(order.add(filled, nextArrival: nextArrival))
                    onDisorder(order.outOfOrder)
                    let bytes = ready.requests.reduce(0) { $0 + $1.payloadBytes }
                    if ready.requests.isEmpty { continue }
                    guard await queue.put(ready, bytes: bytes) else { return }
                }
            }
            queue.finish()
        } catch {
            queue.finish(throwing: error)
        }
    }

    /// Calls `body` with every selected request of one lap, as recorded, in no particular order; what is
    /// damaged is left out, for only the replay that meets it can say whether that is an error.
    func forEachRequest(_ body: (OutgoingRequest) -> Void) throws {
        let cutter = cutter(lap: 0)
        var buffers = newBuffers
        for block in blocks {
            do {
                try fill(
                    block,
                    lap: 0,
                    cutter: cutter,
                    start: schedule.origin,
                    into: &buffers
                ) { _, _ in }
                .forEach(body)
            } catch PlaybackError.damagedBlock {
                continue
            }
        }
    }

    /// What cuts the requests of a lap, whose ids may be new ones.
    private func cutter(lap: Int) -> RequestCutter? {
        let selection = configuration.selection.requests
        return RequestCutter(
            service: selection.service,
            traces: traces.map { $0.renamed(by: identifierMapping(lap: lap)) }
        )
    }

    private func identifierMapping(lap: Int) -> IdentifierMapping {
        identifierSeed(lap: lap).map { .fresh(seed: $0) } ?? .keep
    }

    /// For each block, the earliest arrival in any later one.
    private var nextArrivals: [Timestamp?] {
        var earliest: Timestamp?
        return blocks.reversed().map { block in
            defer { earliest = min(earliest ?? block.firstArrival, block.firstArrival) }
            return earliest
        }.reversed()
    }

    private var newBuffers: RequestBuffers {
        RequestBuffers(readAheadBytes: configuration.readAheadBytes)
    }

    private func fill(
        _ block: BlockSummary,
        lap: Int,
        cutter: RequestCutter?,
        start: Timestamp,
        into buffers: inout RequestBuffers,
        onDamage: (BlockSummary, any Error) -> Void
    ) throws -> [OutgoingRequest] {
        do {
            return try FilledBlock(
                contents(of: block, lap: lap, start: start),
                lap: lap,
                filter: filter,
                cutter: cutter,
                into: &buffers
            ).requests
        } catch  where Self.isDamage(error) {
            guard configuration.skipsDamagedBlocks else { throw damage(block, error) }
            onDamage(block, error)
            return []
        }
    }

    private func damage(_ block: BlockSummary, _ error: any Error) -> PlaybackError {
        .damagedBlock(
            reason: (error as? CorpusError)?.description
                ?? "\(reader.path): block \(block.id) is damaged: \(error)",
            requests: block.requestCount,
            first: firstArrival.duration(to: block.firstArrival),
            last: firstArrival.duration(to: block.lastArrival)
        )
    }

    /// What fresh ids of a lap are made with; nil where ids stay as recorded.
    func identifierSeed(lap: Int) -> UInt64? {
        guard configuration.identifiers == .fresh || lap > 0 else { return nil }
        return configuration.identifierSeed &+ UInt64(lap)
    }

    /// The one place where a block is opened: timestamps and ids move as the lap asks.
    private func contents(of block: BlockSummary, lap: Int, start: Timestamp) throws
        -> BlockContents
    {
        try reader.contents(
            of: block,
            mapping: schedule.mapping(configuration.timestamps, start: start, lap: lap),
            ids: identifierMapping(lap: lap),
            // The first lap's intervals reach back as far as recorded; the next ones' would reach
            // into the lap before.
            pointsBegin: lap > 0 && configuration.timestamps != .keep ? schedule.beginning : nil
        )
    }

    private static func isDamage(_ error: any Error) -> Bool {
        if case CorpusError.damagedBlock = error { return true }
        return error is WireError
    }
}
