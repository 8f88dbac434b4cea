import OTLP
import Testing

@testable import CorpusEditing
@testable import CorpusStore

@Suite("Placing blocks whose rows contradict each other")
struct BlockPlacementTests {
    /// What the requests of a recording are, a millisecond apart.
    private static func listing(_ number: Int64) -> LooseBlock.Listing {
        LooseBlock.Listing(
            signal: .logs,
            arrival: Timestamp(unixNanoseconds: UInt64(number) * 1_000_000),
            payloadBytes: 10,
            itemCount: 1
        )
    }

    /// Places blocks, each given by what it holds, the number that its row gives it, and where that
    /// is from; gives for each number from 1 on which request was placed there.
    private func placed(
        _ blocks: [(holds: ClosedRange<Int64>, first: Int64, source: ExaminedBlock.Source)]
    ) -> [Int64?] {
        let examined = blocks.enumerated().map { place, block in
            ExaminedBlock(
                place: place,
                view: .file,
                isIntact: true,
                count: Int64(block.holds.count),
                firstArrival: Self.listing(block.holds.lowerBound).arrival.unixNanoseconds,
                lastArrival: Self.listing(block.holds.upperBound).arrival.unixNanoseconds,
                first: block.first,
                source: block.source
            )
        }
        let placement = BlockPlacement(examined) { blocks[$0.place].holds.map(Self.listing) }
        var numbers: [Int64?] = []
        for segment in placement.segments {
            numbers += [Int64?](
                repeating: nil,
                count: Int(segment.numbers.lowerBound) - 1 - numbers.count
            )
            let holds = blocks[segment.block].holds
            let first = holds.lowerBound + segment.position
            numbers += (first..<(first + Int64(segment.numbers.count))).map { $0 }
        }
        return numbers
    }

    @Test("keeps both where a damaged number is that of another block")
    func collision() {
        for source in [ExaminedBlock.Source.bothRows, .ownRow] {
            let numbers = placed([
                (1...2, 1, source), (3...5, 3, source), (6...6, 6, source), (7...9, 7, source),
                (10...11, 3, .ownRow), (12...13, 12, source),
            ])
            #expect(numbers == (1...13).map { $0 })
        }
    }

    @Test("leaves a gap where a block is lost, and puts none of the others there")
    func gap() {
        let numbers = placed([
            (1...2, 1, .ownRow), (5...6, 5, .ownRow), (7...9, 7, .ownRow), (10...11, 3, .ownRow),
            (12...12, 12, .ownRow),
        ])
        #expect(numbers == [1, 2, nil, nil, 5, 6, 7, 8, 9, 10, 11, 12])
    }

    @Test("leaves a block at its number where it came in just after the next one")
    func sameMoment() {
        let numbers = placed([
            (1...1, 1, .bothRows), (3...3, 2, .ownRow), (2...2, 3, .bothRows),
            (5...5, 5, .bothRows), (6...6, 6, .bothRows),
        ])
        #expect(numbers == [1, 3, 2, nil, 5, 6])
    }

    @Test("takes requests once that several blocks hold")
    func copies() {
        let numbers = placed([
            (1...9, 1, .bothRows), (3...4, 3, .ownRow), (8...11, 8, .bothRows),
            (12...12, 12, .ownRow),
            (10...12, 500, .ownRow), (13...14, 0, .ownRow),
        ])
        #expect(numbers == (1...14).map { $0 })
    }

    @Test("finds the place of blocks without a number by their arrivals")
    func arrivals() {
        let numbers = placed([
            (4...6, 4, .ownRow), (1...3, 0, .ownRow), (9...9, 9, .bothRows), (7...8, 0, .ownRow),
            (10...10, 1, .requestRows),
        ])
        #expect(numbers == (1...10).map { $0 })
    }

    @Test("goes by the rows where arrivals are in no order")
    func unordered() {
        let numbers = placed([
            (9...9, 1, .ownRow), (5...6, 2, .ownRow), (1...3, 4, .ownRow), (7...8, 7, .ownRow),
        ])
        #expect(numbers == [9, 5, 6, 1, 2, 3, 7, 8])
    }
}
