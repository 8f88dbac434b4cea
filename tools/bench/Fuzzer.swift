import CorpusStore
import Foundation
import OTLP
import Terminal

/// Mutates export requests, blocks and columns.
struct Fuzzer {
    /// What became of the inputs.
    struct Report: Encodable {
        let version = 1
        var inputs = 0
        /// Those that are still well-formed, by what was mutated.
        var accepted: [String: Int] = [:]
        var seconds = 0.0
        var inputsPerSecond = 0.0
        /// What came back other than it went in.
        var failures: [String] = []

        var text: String {
            let kinds = accepted.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            return """
                \(inputs) inputs in \(seconds.rounded(to: 1)) s, \(Int(inputsPerSecond)) a second, \
                of which still well-formed: \(kinds.joined(separator: ", "))
                \(failures.isEmpty ? "no failure" : failures.joined(separator: "\n"))
                """
        }
    }

    private static let requestsPerBlock = 3
    private static let maximumFailures = 20
    private let seed: UInt64
    private let requests: [ExportRequest]
    private let block: [UInt8]
    private let sections: [BlockCodec.Section]

    init(seed: UInt64, requests: [ExportRequest]) throws {
        self.seed = seed
        self.requests = requests.isEmpty ? try Self.samples() : requests
        let inputs = try self.requests.prefix(Self.requestsPerBlock).map(BlockCodec.Input.init)
        block = try BlockCodec.encode(inputs, library: .zlib)
        sections = try BlockCodec.sections(of: block, library: .zlib)
    }

    func run(_ numbers: Range<Int>, console: Console) -> Report {
        var report = Report()
        let clock = ContinuousClock()
        let start = clock.now
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        for number in numbers {
            var random = SplitMix(seed: seed &+ UInt64(number) &* 0x2545_f491_4f6c_dd1d)
            do {
                let kind = try check(number, &random, &buffer)
                report.accepted[kind, default: 0] += 1
            } catch let failure as Failure {
                report.failures.append("input \(number): \(failure.description)")
                if report.failures.count == Self.maximumFailures { break }
            } catch {
                // The answer to damage.
            }
            report.inputs += 1
            if number % 1_000_000 == 999_999 { console.write("\(number + 1) inputs\n") }
        }
        report.seconds = (clock.now - start) / .seconds(1)
        report.inputsPerSecond = Double(report.inputs) / max(report.seconds, 1e-9)
        return report
    }

    private struct Failure: Error {
        let description: String
    }

    private func check(
        _ number: Int,
        _ random: inout SplitMix,
        _ buffer: inout [UInt8]
    ) throws -> String {
        switch number % 3 {
        case 0:
            let request = requests[Int.random(in: 0..<requests.count, using: &random)]
            let mutated = ExportRequest(
                signal: request.signal,
                arrival: request.arrival,
                payload: Self.mutated(request.payload, &random)
            )
            let input = try BlockCodec.Input(mutated)
            // Whatever the scanner takes must come back.
            let block = try Result { try BlockCodec.encode([input], level: 1, library: .zlib) }
                .mapError { Failure(description: "a request can't be encoded: \($0)") }.get()
            let count = try Result { try decode(block, requests: 1, ids: .keep, &buffer) }
                .mapError { Failure(description: "a request can't be decoded: \($0)") }.get()
            guard buffer[..<count].elementsEqual(mutated.payload) else {
                throw Failure(description: "a request came back otherwise")
            }
            return "requests"
        case 1:
            let mutated = Self.mutated(block, &random)
            _ = try decode(mutated, requests: Self.requestsPerBlock, &buffer)
            return "blocks"
        default:
            var changed = sections
            let place = Int.random(in: 0..<changed.count, using: &random)
            changed[place].bytes = Self.mutated(changed[place].bytes, &random)
            let block = BlockCodec.block(of: changed)
            _ = try decode(block, requests: Self.requestsPerBlock, &buffer)
            return "columns"
        }
    }

    private func decode(
        _ block: [UInt8],
        requests: Int,
        ids: IdentifierMapping = .fresh(seed: 1),
        _ buffer: inout [UInt8]
    ) throws -> Int {
        try buffer.withUnsafeMutableBytes {
            try BlockCodec.decode(
                block,
                requests: requests,
                ids: ids,
                library: .zlib,
                into: $0
            )
        }
    }

    /// Changes, removes, repeats or inserts a few bytes.
    private static func mutated(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(.random(in: 0...255, using: &random), at: place)
            case 2: bytes.removeLast(.random(in: 0...min(16, bytes.count), using: &random))
            case 3: bytes[place] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
            case 4: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            default: bytes[place] = .random(in: 0...255, using: &random)
            }
        }
        return bytes
    }
}

/// SplitMix64.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
