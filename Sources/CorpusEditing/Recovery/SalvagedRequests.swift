import CorpusStore
import OTLP

/// The export requests that still verify, one after the other in the order of their numbers.
final class SalvagedRequests {
    private typealias Run = BlockPlacement.Segment

    private let scan: CorpusScan
    private let blocks: [ExaminedBlock]
    /// Those of intact blocks, and between them what a damaged one may still hold.
    private let runs: [Run]
    private let progress: EditingProgress
    private var nextRun = 0

    private var block: LooseBlock?
    /// The number of the block's next request, and those wanted of it.
    private var number: Int64 = 0
    private var wanted: ClosedRange<Int64> = 0...0
    /// What rows say of the block's requests.
    private var rows: [Int64: [CorpusRows.Request]] = [:]
    /// Whether a request is intact only if a row has its SHA-256, its signal and its arrival.
    private var needsRows = false

    private var lastNumber: Int64 = 0
    private var lastArrival: UInt64?
    /// What was not found between others.
    private var gaps: [LostRun] = []
    private var digesting = CorpusDigest()
    /// The highest number that an export request is known to have had.
    let highest: Int64

    init(_ scan: CorpusScan, _ progress: EditingProgress) throws {
        self.scan = scan
        self.progress = progress
        let examination = try BlockExamination(scan, progress)
        let blocks = examination.blocks
        self.blocks = blocks
        let placement = BlockPlacement(blocks) { scan.listings(of: $0) }
        var runs = placement.segments
        for place in blocks.indices where !blocks[place].isIntact && blocks[place].isConfirmed {
            let block = blocks[place]
            runs += placement.gaps(in: block.first...(block.end - 1)).map {
                Run(numbers: $0, block: place, position: $0.lowerBound - block.first)
            }
        }
        self.runs = runs.sorted { $0.numbers.lowerBound < $1.numbers.lowerBound }
        let last = placement.segments.last
        highest = max(
            last?.numbers.upperBound ?? 0,
            scan.requests.last,
            examination.lastClaimed(after: last.map { blocks[$0.block].lastArrival } ?? 0)
        )
    }

    /// The digest of the requests given so far.
    var digest: String { digesting.text }

    /// The next request, or nil after the last.
    func next() -> PreparedRequest? {
        while true {
            guard block != nil else {
                guard nextRun < runs.count else { return nil }
                nextRun += 1
                open(runs[nextRun - 1])
                continue
            }
            guard number <= wanted.upperBound, let request = try? block?.next() else {
                block = nil
                continue
            }
            number += 1
            guard number - 1 >= wanted.lowerBound, number - 1 > lastNumber,
                let prepared = try? PreparedRequest(request)
            else { continue }
            let row = rows[number - 1]?.first { $0.sha256 == prepared.sha256 }
            if needsRows {
                // What the block says of it isn't covered by the payload's checksum.
                guard row?.signal == request.signal,
                    row?.arrival == request.arrival.unixNanoseconds
                else { continue }
            }
            note(number - 1, prepared)
            return prepared.arriving(by: row?.transport ?? .httpProtobuf)
        }
    }

    private func open(_ run: Run) {
        let found = scan.blocks[blocks[run.block].place]
        progress.add(found.row.data.count)
        guard let bytes = scan.read(found, views: [blocks[run.block].view])?.bytes else { return }
        block = try? LooseBlock(bytes)
        number = run.numbers.lowerBound - run.position
        wanted = run.numbers
        needsRows = !blocks[run.block].isIntact
        rows = [:]
        scan.requests.forEach(in: wanted) { rows[$0.id, default: []].append($0) }
    }

    private func note(_ number: Int64, _ prepared: PreparedRequest) {
        let arrival = prepared.request.arrival.unixNanoseconds
        if number > lastNumber + 1 {
            gaps.append(
                LostRun((lastNumber + 1)...(number - 1), after: lastArrival, before: arrival)
            )
        }
        lastNumber = number
        lastArrival = arrival
        digesting.add(prepared)
    }

    /// The runs of numbers that were not found, up to the highest that is known.
    func losses() -> [RecoveryResult.Loss] {
        if highest > lastNumber {
            gaps.append(LostRun((lastNumber + 1)...highest, after: lastArrival, before: nil))
        }
        return gaps.map { gap in
            var gap = gap
            scan.requests.forEach(in: gap.numbers) { gap.take($0) }
            return gap.loss(started: scan.recording?.started, ended: scan.recording?.ended)
        }
    }
}
