import CorpusStore
import OTLP

/// The export requests that still verify, one after the other in the order of their numbers.
final class SalvagedRequests {
    private let scan: CorpusScan
    private let images: PageImages
    private let progress: EditingProgress
    private var nextBlock = 0
    private var waiting: ArraySlice<PreparedRequest> = []
    private var lastNumber: Int64 = 0
    /// The arrivals on either side of each gap between the numbers that were found.
    private var gaps: [(numbers: ClosedRange<Int64>, after: UInt64?, before: UInt64?)] = []
    private var lastArrival: UInt64?
    private var lastListed: Int64

    init(_ scan: CorpusScan, _ images: PageImages, _ progress: EditingProgress) {
        self.scan = scan
        self.images = images
        self.progress = progress
        lastListed = scan.lastRequest
    }

    /// The next request, or nil after the last.
    func next() -> PreparedRequest? {
        while waiting.isEmpty, nextBlock < scan.blocks.count {
            nextBlock += 1
            waiting = read(scan.blocks[nextBlock - 1])[...]
        }
        progress.add(waiting.isEmpty ? 0 : 1)
        return waiting.popFirst()
    }

    /// What of a block verifies and has not been met before.
    private func read(_ found: CorpusScan.FoundBlock) -> [PreparedRequest] {
        let row = found.row
        let end = row.firstRequest + Int64(row.requestCount)
        guard end - 1 > lastNumber else { return [] }
        let page = images.bytes(of: found.image)
        for isNewest in images.hasLog ? [true, false] : [true] {
            guard
                let record = images.record(of: found.cell, on: page, isNewest: isNewest),
                row.data.upperBound <= record.count
            else { continue }
            let block = Array(record[row.data])
            let matches = LooseBlock.crc32(of: block) == row.crc32
            if !matches, isNewest, images.hasLog { continue }
            return read(block, row, isTrusted: matches)
        }
        return []
    }

    private func read(
        _ bytes: [UInt8],
        _ row: CorpusRows.Block,
        isTrusted: Bool
    ) -> [PreparedRequest] {
        guard let listings = try? LooseBlock.listings(of: bytes), let first = listings.first,
            var block = try? LooseBlock(bytes)
        else { return [] }
        let numbers = row.firstRequest..<(row.firstRequest + Int64(listings.count))
        let listed = scan.requests(numbers, images)
        // A number that another request has is damaged itself.
        let isPlaced =
            listed[row.firstRequest].map { rows in
                rows.contains { $0.arrival == first.arrival.unixNanoseconds }
            } ?? true
        var found: [PreparedRequest] = []
        for number in numbers {
            guard let request = try? block.next() else { break }
            guard number > lastNumber, let prepared = try? PreparedRequest(request) else {
                continue
            }
            let rows = listed[number] ?? []
            guard isTrusted && isPlaced || rows.contains(where: { $0.sha256 == prepared.sha256 })
            else { continue }
            note(number, arrival: request.arrival.unixNanoseconds)
            found.append(prepared)
        }
        return found
    }

    private func note(_ number: Int64, arrival: UInt64) {
        if number > lastNumber + 1 {
            gaps.append(((lastNumber + 1)...(number - 1), lastArrival, arrival))
        }
        lastNumber = number
        lastArrival = arrival
    }

    /// The runs of numbers that were not found, up to the last one that a row gives.
    func losses() -> [RecoveryResult.Loss] {
        if lastListed > lastNumber {
            gaps.append(((lastNumber + 1)...lastListed, lastArrival, nil))
        }
        return gaps.map { gap in
            var loss = RecoveryResult.Loss(
                numbers: gap.numbers,
                from: gap.after.map { Timestamp(unixNanoseconds: $0) },
                until: gap.before.map { Timestamp(unixNanoseconds: $0) }
            )
            let range = gap.numbers.lowerBound..<(gap.numbers.upperBound + 1)
            let rows = scan.requests(range, images).values.compactMap(\.first)
            for row in rows {
                let signal = Signal.allCases[Int(row.signalCode) - 1]
                loss.requests[signal, default: 0] += 1
            }
            if rows.count == gap.numbers.count {
                loss.from = rows.map(\.arrival).min().map { Timestamp(unixNanoseconds: $0) }
                loss.until = rows.map(\.arrival).max().map { Timestamp(unixNanoseconds: $0) }
            }
            return loss
        }
    }
}
