import Algorithms
import CorpusStore
import OTLP

/// Reads the blocks that were found, and works out of which export requests they are.
struct BlockExamination {
    private let scan: CorpusScan
    private let progress: EditingProgress
    /// Those that can be read, in the scan's order.
    private(set) var blocks: [ExaminedBlock] = []
    /// Which of those found can't be read, or match no checksum.
    private(set) var damaged: [Int] = []
    /// The block that reaches the furthest, with what it lists.
    private var cover: (first: Int64, listings: [LooseBlock.Listing]) = (0, [])

    /// Reads every block once, save those that are known to be copies.
    /// - Throws: `CancellationError`.
    init(_ scan: CorpusScan, _ progress: EditingProgress) throws {
        self.scan = scan
        self.progress = progress
        for place in scan.blocks.indices {
            try Task.checkCancellation()
            progress.add(scan.blocks[place].row.data.count)
            examine(place)
        }
        try search()
    }

    private mutating func examine(_ place: Int) {
        let found = scan.blocks[place]
        guard !isCovered(found.row) else { return }
        guard let (bytes, view, isIntact) = scan.read(found, views: scan.images.views),
            let listings = try? LooseBlock.listings(of: bytes),
            let first = listings.first, let last = listings.last
        else {
            damaged.append(place)
            return
        }
        if !isIntact { damaged.append(place) }
        let isPossible = 1...scan.highestNumber ~= found.row.firstRequest
        var block = ExaminedBlock(
            place: place,
            view: view,
            isIntact: isIntact,
            count: Int64(listings.count),
            firstArrival: first.arrival.unixNanoseconds,
            lastArrival: last.arrival.unixNanoseconds,
            first: isPossible ? found.row.firstRequest : 0
        )
        if isPossible, isConfirmed(block, listings) { block.source = .bothRows }
        blocks.append(block)
        let coverEnd = cover.first + Int64(cover.listings.count)
        if isIntact, isPossible, block.end > coverEnd { cover = (block.first, listings) }
    }

    /// Whether a row is of a block that another one took the place of, as far as it says itself: of
    /// the same numbers, arrivals and bytes.
    private func isCovered(_ row: CorpusRows.Block) -> Bool {
        let count = Int64(cover.listings.count)
        guard row.firstRequest >= cover.first, row.firstRequest < cover.first + count,
            row.requestCount > 0, row.requestCount <= cover.first + count - row.firstRequest
        else { return false }
        let start = Int(row.firstRequest - cover.first)
        let part = cover.listings[start..<(start + Int(row.requestCount))]
        return part.map(\.arrival.unixNanoseconds).min() == row.firstArrival
            && part.map(\.arrival.unixNanoseconds).max() == row.lastArrival
            && part.reduce(0) { $0 + Int64($1.payloadBytes) } == row.payloadBytes
    }

    /// Whether more of the rows of `requests` under a block's numbers agree with what it lists than
    /// don't.
    private func isConfirmed(_ block: ExaminedBlock, _ listings: [LooseBlock.Listing]) -> Bool {
        var agreeing = [Bool?](repeating: nil, count: listings.count)
        scan.requests.forEach(in: block.first...(block.end - 1)) { row in
            let place = Int(row.id - block.first)
            if agreeing[place] != true { agreeing[place] = listings[place].matches(row) }
        }
        let agreed = agreeing.count { $0 == true }
        return agreed > agreeing.count { $0 == false }
    }

    /// The highest number that the row of a damaged block gives its requests, where they arrived
    /// after an instant; 0 where none did.
    func lastClaimed(after arrival: UInt64) -> Int64 {
        let claims = damaged.lazy.map { scan.blocks[$0].row }.filter { row in
            1...scan.highestNumber ~= row.firstRequest && 1...scan.highestNumber ~= row.requestCount
                && row.firstArrival >= arrival && row.lastArrival >= row.firstArrival
        }
        return claims.map { $0.firstRequest + $0.requestCount - 1 }.max() ?? 0
    }

    // MARK: Searching

    /// Something by which a block may be found among the rows of `requests`.
    private struct Trait {
        let listing: LooseBlock.Listing
        /// Which block lists it, and where.
        let block: Int
        let position: Int64
    }

    private static let mostTraits = 400_000
    private static let mostTraitsOfBlock = 64

    /// Looks among all rows of `requests` for those of blocks that the rows under their numbers
    /// don't confirm: a row's number may be what is damaged.
    private mutating func search() throws {
        let lost = blocks.indices.filter { !blocks[$0].isConfirmed }
        guard !lost.isEmpty, !scan.requests.isEmpty else { return }
        let most = max(1, min(Self.mostTraitsOfBlock, Self.mostTraits / lost.count))
        var traits: [Trait] = []
        for block in lost {
            try Task.checkCancellation()
            let listings = scan.listings(of: blocks[block])
            let step = max(1, listings.count / most)
            for position in stride(from: 0, to: listings.count, by: step) {
                let listing = listings[position]
                traits.append(Trait(listing: listing, block: block, position: Int64(position)))
            }
        }
        traits.sort { $0.listing.arrival < $1.listing.arrival }
        var votes: [Int: [Int64: Int]] = [:]
        try scan.requests.forEach { row in
            try Task.checkCancellation()
            let start = traits.partitioningIndex {
                $0.listing.arrival.unixNanoseconds >= row.arrival
            }
            // Where a lot of requests arrived at the same instant, these tell as well.
            for trait in traits[start...].prefix(Self.mostTraitsOfBlock) {
                guard trait.listing.arrival.unixNanoseconds == row.arrival else { break }
                guard trait.listing.matches(row), row.id > trait.position else { continue }
                votes[trait.block, default: [:]][row.id - trait.position, default: 0] += 1
            }
        }
        for (block, votes) in votes {
            let most = votes.values.max()
            let firsts = votes.filter { $0.value == most }.keys
            if firsts.contains(blocks[block].first) {
                blocks[block].source = .bothRows
            } else if let first = firsts.min() {
                blocks[block].first = first
                blocks[block].source = .requestRows
            }
        }
    }
}

extension CorpusScan {
    /// What a block that was examined lists; nothing where the disk fails by now.
    func listings(of block: ExaminedBlock) -> [LooseBlock.Listing] {
        let bytes = read(blocks[block.place], views: [block.view])?.bytes
        return bytes.flatMap { try? LooseBlock.listings(of: $0) } ?? []
    }
}
