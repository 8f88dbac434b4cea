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
        var block = OpenBlock(targetBytes: 100)
        var sealed: [[String]] = []
        let plans = try [[40], [20, 20], [30], [30]].map { sizes in
            let plan = summary(block.append(try batch(sizes)))
            sealed.append(summary(block.sealFull()))
            return plan
        }
        let ends = [summary(block.seal()), summary(block.seal())]
        #expect(plans == [["1+1"], ["2+2"], ["4+1"], ["5+1"]])
        #expect(sealed == [[], [], ["1+4 sealed", "replaces 1..<5"], []])
        #expect(ends == [["5+1 sealed", "replaces 5..<6"], []])
    }

    @Test("seals with a commit what waits for long")
    func waiting() throws {
        var block = OpenBlock(targetBytes: 100)
        var plans: [[String]] = []
        for _ in 0..<5 { plans.append(summary(block.append(try batch([90])))) }
        #expect(plans[..<4] == [["1+1"], ["2+1"], ["3+1"], ["4+1"]])
        #expect(
            plans[4] == ["1+2 sealed", "3+1 sealed", "4+1 sealed", "5+1 sealed", "replaces 1..<5"]
        )
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
