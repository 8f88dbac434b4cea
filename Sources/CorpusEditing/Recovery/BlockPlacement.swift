import Algorithms
import CorpusStore

/// Decides which numbers the requests of intact blocks have, where rows contradict each other.
///
/// No intact block is left out but for what others hold as well. Its number is, in this order, what
/// the rows of `requests` say, what its own row says where it joins its neighbours there, and one
/// in a gap between those that arrived before and after.
struct BlockPlacement {
    /// A run of requests of one block.
    struct Segment: Equatable {
        let numbers: ClosedRange<Int64>
        /// Which of the blocks.
        let block: Int
        /// Where the run begins in it.
        let position: Int64
    }

    private let blocks: [ExaminedBlock]
    private let listings: (ExaminedBlock) -> [LooseBlock.Listing]
    /// Whether the requests came in in the order of their numbers.
    private let isOrdered: Bool
    /// In the order of their numbers, none of which is in two.
    private(set) var segments: [Segment] = []

    /// Places those of the blocks that are intact; `listings` gives what one lists.
    init(
        _ blocks: [ExaminedBlock],
        listings: @escaping (ExaminedBlock) -> [LooseBlock.Listing]
    ) {
        self.blocks = blocks
        self.listings = listings
        let intact = blocks.indices.filter { blocks[$0].isIntact }
        let numbered = intact.filter { blocks[$0].first > 0 }.sorted {
            (blocks[$0].first, -blocks[$0].count) < (blocks[$1].first, -blocks[$1].count)
        }
        let inOrder = Self.longestOrder(of: numbered) { blocks[$0].firstArrival }
        isOrdered = numbered.count - inOrder.count <= max(1, numbered.count / 8)
        for block in numbered where blocks[block].source == .bothRows { placeConfirmed(block) }
        let moved = numbered.filter { blocks[$0].source == .requestRows && !place($0) }
        let rest = numbered.filter { blocks[$0].source == .ownRow }
        let homeless = placeByNeighbours(rest, among: numbered, inOrder)
        let unnumbered = intact.filter { blocks[$0].first == 0 }
        for left in [moved + homeless, unnumbered] {
            let sorted = left.sorted { blocks[$0].firstArrival < blocks[$1].firstArrival }
            for block in sorted { placeByArrival(block) }
        }
    }

    /// The most of the blocks that arrived in the order in which they are given.
    private static func longestOrder(of given: [Int], by arrival: (Int) -> UInt64) -> Set<Int> {
        // For each length the chain of it that ends the earliest.
        var ends: [Int] = []
        var before: [Int: Int] = [:]
        for block in given {
            let length = ends.partitioningIndex { arrival($0) > arrival(block) }
            if length > 0 { before[block] = ends[length - 1] }
            if length == ends.count { ends.append(block) } else { ends[length] = block }
        }
        return Set(sequence(first: ends.last ?? -1) { before[$0] }.filter { $0 >= 0 })
    }

    /// Those of the numbers that no segment has.
    func gaps(in numbers: ClosedRange<Int64>) -> [ClosedRange<Int64>] {
        var gaps: [ClosedRange<Int64>] = []
        var next = numbers.lowerBound
        for segment in segments[index(reaching: next)...] {
            guard segment.numbers.lowerBound <= numbers.upperBound else { break }
            if segment.numbers.lowerBound > next {
                gaps.append(next...(segment.numbers.lowerBound - 1))
            }
            next = segment.numbers.upperBound + 1
        }
        if next <= numbers.upperBound { gaps.append(next...numbers.upperBound) }
        return gaps
    }

    // MARK: By their numbers

    /// Blocks that the rows of `requests` confirm hold the same requests where they overlap.
    private mutating func placeConfirmed(_ block: Int) {
        let (first, end) = (blocks[block].first, blocks[block].end)
        let from = max(first, (segments.last?.numbers.upperBound ?? 0) + 1)
        guard from < end else { return }
        segments.append(Segment(numbers: from...(end - 1), block: block, position: from - first))
    }

    /// Places blocks at the numbers that their rows give, those first that arrived in order and join
    /// their neighbours.
    /// - Returns: those that join none, for which there is no room, or that did not arrive in
    ///   between.
    private mutating func placeByNeighbours(
        _ rest: [Int],
        among numbered: [Int],
        _ inOrder: Set<Int>
    ) -> [Int] {
        var beginning: [Int64: [Int]] = [:]
        var ending: [Int64: [Int]] = [:]
        for block in rest.isEmpty ? [] : numbered {
            beginning[blocks[block].first, default: []].append(block)
            ending[blocks[block].end, default: []].append(block)
        }
        func weight(_ pairs: [(Int, Int)]) -> Int {
            pairs.map { isInOrder($0, $1) ? 2 : 1 }.max() ?? 0
        }
        let weighed = rest.map { block in
            let before = (ending[blocks[block].first] ?? []).map { ($0, block) }
            let after = (beginning[blocks[block].end] ?? []).map { (block, $0) }
            let isFirst = blocks[block].first == 1
            let joins = (isFirst ? 2 : weight(before)) + weight(after)
            return (block: block, joins: joins, weight: joins + (inOrder.contains(block) ? 4 : 0))
        }
        var homeless: [Int] = []
        // Sorting is stable: equals stay in the order of their numbers.
        for (block, joins, _) in weighed.sorted(by: { $0.weight > $1.weight }) {
            if joins == 0 || !place(block) { homeless.append(block) }
        }
        return homeless
    }

    /// Places a block at its number, if there is room and it arrived in between.
    private mutating func place(_ block: Int) -> Bool {
        let numbers = blocks[block].first...(blocks[block].end - 1)
        guard isFree(numbers, for: block) else { return false }
        let segment = Segment(numbers: numbers, block: block, position: 0)
        segments.insert(segment, at: index(reaching: numbers.lowerBound))
        return true
    }

    /// Whether no segment has any of the numbers, and the block arrived between those around them,
    /// or at most changed places with one: what comes in at the same moment needn't be numbered in
    /// the order of its arrivals.
    private func isFree(_ numbers: ClosedRange<Int64>, for block: Int) -> Bool {
        let place = index(reaching: numbers.lowerBound)
        let isFree =
            place == segments.count || segments[place].numbers.lowerBound > numbers.upperBound
        return isFree && fits(block, before: place, passing: 1)
    }

    private func isInOrder(_ block: Int, _ next: Int) -> Bool {
        blocks[block].firstArrival <= blocks[next].firstArrival
            && blocks[block].lastArrival <= blocks[next].lastArrival
    }

    /// Whether a block arrived between the segments before and from a place on, those not counted
    /// that it may pass on either side, but for the first and the last of all.
    private func fits(_ block: Int, before place: Int, passing passed: Int = 0) -> Bool {
        guard isOrdered else { return true }
        let arrival = blocks[block].firstArrival
        let before = segments[..<place].suffix(1 + passed).first
        let after = segments[place...].prefix(1 + passed).last
        return before.map { blocks[$0.block].firstArrival <= arrival } ?? true
            && after.map { arrival <= blocks[$0.block].firstArrival } ?? true
    }

    private func index(reaching number: Int64) -> Int {
        segments.partitioningIndex { $0.numbers.upperBound >= number }
    }

    // MARK: By their arrivals

    /// Places what no other block holds of one whose number is wrong.
    private mutating func placeByArrival(_ block: Int) {
        for part in newParts(of: block) {
            let count = Int64(part.count)
            let numbers = room(
                for: block,
                count,
                from: blocks[block].first + Int64(part.lowerBound)
            )
            segments.insert(
                Segment(numbers: numbers, block: block, position: Int64(part.lowerBound)),
                at: index(reaching: numbers.lowerBound)
            )
        }
    }

    /// Numbers for so many requests of a block: those that rows give them, or in the first gap in
    /// which they can have arrived, or after all others.
    private func room(for block: Int, _ count: Int64, from first: Int64) -> ClosedRange<Int64> {
        let given = max(1, first)...(max(1, first) + count - 1)
        if first > 0, isFree(given, for: block) { return given }
        for place in segments.indices where fits(block, before: place) {
            let from = place == 0 ? 1 : segments[place - 1].numbers.upperBound + 1
            let to = segments[place].numbers.lowerBound - 1
            guard to - from + 1 >= count else { continue }
            return place == 0 ? (to - count + 1)...to : from...(from + count - 1)
        }
        let isLatest = isOrdered && fits(block, before: segments.count)
        if first > 0, !isLatest, gaps(in: given) == [given] { return given }
        let from = (segments.last?.numbers.upperBound ?? 0) + 1
        return from...(from + count - 1)
    }

    /// The parts of a block that no segment holds which it might be a copy of.
    private func newParts(of block: Int) -> [Range<Int>] {
        let own = listings(blocks[block])
        let (first, last) = (blocks[block].firstArrival, blocks[block].lastArrival)
        let numbers = blocks[block].first..<blocks[block].end
        var held: Set<LooseBlock.Listing> = []
        for segment in segments {
            let other = blocks[segment.block]
            guard
                other.firstArrival <= last && first <= other.lastArrival
                    || numbers.overlaps(other.first..<other.end)
            else { continue }
            held.formUnion(listings(other))
        }
        var parts: [Range<Int>] = []
        for place in own.indices where !held.contains(own[place]) {
            if let part = parts.last, part.upperBound == place {
                parts[parts.count - 1] = part.lowerBound..<(place + 1)
            } else {
                parts.append(place..<(place + 1))
            }
        }
        return parts
    }
}
