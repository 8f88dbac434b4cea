import OTLP
import Testing

@testable import CorpusStore

@Suite("Open block")
struct OpenBlockTests {
    private func batch(_ sizes: [Int]) throws -> [PlacedRequest] {
        try sizes.map { size in
            // A field that nobody knows, as long as is wanted.
            let payload = [0x7a, UInt8(size - 2)] + [UInt8](repeating: 1, count: size - 2)
            let request = ExportRequest(
                signal: .logs,
                arrival: Timestamp(unixNanoseconds: 1),
                payload: payload
            )
            return PlacedRequest(prepared: try PreparedRequest(request), traces: [])
        }
    }

    private func summary(_ plan: OpenBlock.Plan?) -> [String] {
        (plan?.runs ?? []).map {
            "\($0.firstRequest)+\($0.requests.count)\($0.isSealed ? " sealed" : "")"
        } + (plan?.replaced.map { ["replaces \($0)"] } ?? [])
    }

    @Test("has small blocks sealed once they fill one")
    func joining() throws {
        var block = OpenBlock(targetBytes: 200)
        var sealed: [[String]] = []
        let plans = try [[24], [12, 12], [24], [24], [24], [24], [24], [24], [24], [24]].map {
            let plan = summary(block.append(try batch($0)))
            sealed.append(summary(block.sealFull()))
            return plan
        }
        let ends = [summary(block.seal()), summary(block.seal())]
        #expect(plans == [["1+1"], ["2+2"]] + (4...11).map { ["\($0)+1"] })
        #expect(
            sealed == [[String]](repeating: [], count: 8) + [
                ["1+10 sealed", "replaces 1..<11"], [],
            ]
        )
        #expect(ends == [["11+1 sealed", "replaces 11..<12"], []])
    }

    @Test("seals with a commit when much is sent at a time")
    func flooded() throws {
        var block = OpenBlock(targetBytes: 100)
        let plans = try [[40], [20, 20], [30], [30]].map { summary(block.append(try batch($0))) }
        let ends = [summary(block.seal()), summary(block.seal())]
        #expect(plans == [["1+1"], ["2+2"], ["1+4 sealed", "replaces 1..<4"], ["5+1"]])
        #expect(ends == [["5+1 sealed", "replaces 5..<6"], []])
    }

    @Test("seals with a commit what waits for long")
    func waiting() throws {
        var block = OpenBlock(targetBytes: 200)
        let plans = try (0..<34).map { _ in summary(block.append(try batch([24]))) }
        #expect(plans[..<33] == (1...33).map { ["\($0)+1"] }[...])
        #expect(plans[33].last == "replaces 1..<34")
        #expect(plans[33].count == 5)
        #expect(block.itemCount == 0)
    }

    @Test("cuts a large batch into full blocks with nothing left over")
    func large() throws {
        var block = OpenBlock(targetBytes: 100)
        let plan = block.append(try batch([Int](repeating: 50, count: 7)))
        #expect(summary(plan) == ["1+3 sealed", "4+2 sealed", "6+2 sealed"])
        #expect(block.itemCount == 0)
        #expect(block.nextRequest == 8)
    }
}
