import OTLP
import TestSupport
import Testing

@testable import CorpusStore

@Suite("Block codec")
struct BlockCodecTests {
    private func encode(_ requests: [ExportRequest]) throws -> [UInt8] {
        var encoder = BlockEncoder()
        for request in requests {
            try encoder.append(PreparedRequest(request)) { _ in 1_700_000_000_000_000_000 }
        }
        return try encoder.finish(level: 6)
    }

    private func decode(
        _ block: [UInt8],
        count: Int,
        mapping: TimestampMapping = .keep
    ) throws -> [ExportRequest] {
        var decoder = try BlockDecoder(block, mapping: mapping)
        return try (0..<count).map { _ in
            let row = try decoder.next()
            var payload = [UInt8](repeating: 0xaa, count: row.payloadBytes)
            try payload.withUnsafeMutableBytes { try decoder.fill(row, into: $0) }
            return ExportRequest(signal: row.signal, arrival: row.arrival, payload: payload)
        }
    }

    @Test("gives back every export request byte for byte", arguments: UInt64(1)...20)
    func roundTrip(seed: UInt64) throws {
        var generator = TelemetryGenerator(seed: seed)
        let requests = try (0..<30).map { _ in try generator.next() }
        let decoded = try decode(try encode(requests), count: requests.count)
        for (found, expected) in zip(decoded, requests) {
            #expect(found.signal == expected.signal)
            #expect(found.arrival == expected.arrival)
            #expect(found.payload == expected.payload)
        }
    }

    @Test("gives back mutated requests that still scan", arguments: UInt64(1)...20)
    func mutatedRoundTrip(seed: UInt64) throws {
        var generator = TelemetryGenerator(seed: seed)
        var random = SeededGenerator(seed: seed)
        var requests: [ExportRequest] = []
        while requests.count < 20 {
            let original = try generator.next()
            var payload = original.payload
            for _ in 0..<3 {
                payload[.random(in: 0..<payload.count, using: &random)] =
                    .random(in: 0...255, using: &random)
            }
            let mutated = ExportRequest(
                signal: original.signal,
                arrival: original.arrival,
                payload: payload
            )
            if (try? PreparedRequest(mutated)) != nil { requests.append(mutated) }
        }
        let decoded = try decode(try encode(requests), count: requests.count)
        #expect(decoded.map(\.payload) == requests.map(\.payload))
    }

    @Test("takes an empty request and a request without items")
    func empty() throws {
        let requests = [[], [0x0a, 0x00]].map {
            ExportRequest(
                signal: .logs,
                arrival: Timestamp(unixNanoseconds: 5),
                payload: $0
            )
        }
        let decoded = try decode(try encode(requests), count: 2)
        #expect(decoded.map(\.payload) == requests.map(\.payload))
    }

    @Test("moves a trace as one rigid body at any speed, points on the axis")
    func shift() throws {
        let origin: UInt64 = 1_700_000_000_000_000_000
        let start: UInt64 = 1_800_000_000_000_000_000
        var generator = TelemetryGenerator(seed: 3)
        let request = try generator.next(.traces, items: 30)
        let block = try encode([request])
        let speed = try #require(Speed(numerator: 10, denominator: 1))
        let mapping = TimestampMapping(
            mode: .shift,
            originUnixNanoseconds: origin,
            startUnixNanoseconds: start,
            speed: speed
        )
        let moved = try #require(try decode(block, count: 1, mapping: mapping).first)
        let before = try RequestScan(.traces, payload: request.payload)
        let after = try RequestScan(.traces, payload: moved.payload)
        for (old, new) in zip(before.items, after.items)
        where old.traceIDOffset >= 0 && (1..<1 << 62).contains(old.startUnixNanoseconds) {
            // Every trace's anchor is the origin here.
            #expect(new.startUnixNanoseconds &- old.startUnixNanoseconds == start - origin)
        }
    }

    @Test("answers any damage with a typed error", arguments: UInt64(1)...10)
    func damage(seed: UInt64) throws {
        var generator = TelemetryGenerator(seed: seed)
        let requests = try (0..<5).map { _ in try generator.next() }
        let block = try encode(requests)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var damaged = block
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                damaged[.random(in: 0..<damaged.count, using: &random)] =
                    .random(in: 0...255, using: &random)
            }
            damaged.removeLast(.random(in: 0...20, using: &random))
            do {
                _ = try decode(damaged, count: requests.count)
            } catch is CodecError {
                continue
            }
        }
    }

    @Test(
        "answers damaged columns, each deflated anew, with a typed error",
        arguments: UInt64(1)...10
    )
    func damagedColumns(seed: UInt64) throws {
        var generator = TelemetryGenerator(seed: seed)
        let requests = try (0..<5).map { _ in try generator.next() }
        let sections = try BlockFrame.decode(try encode(requests))
        var random = SeededGenerator(seed: seed)
        let sorted = sections.sorted { $0.key < $1.key }
        for _ in 0..<100 {
            var changed = sorted
            let place = Int.random(in: 0..<changed.count, using: &random)
            for _ in 0..<4 where !changed[place].value.isEmpty {
                let offset = Int.random(in: 0..<changed[place].value.count, using: &random)
                changed[place].value[offset] = .random(in: 0...255, using: &random)
            }
            let named = changed.compactMap { code, bytes in
                BlockLayout.Section(code: code).map { ($0, bytes) }
            }
            let block = try BlockFrame.encode(named, level: 1)
            do {
                _ = try decode(block, count: requests.count)
            } catch is CodecError {
                continue
            }
        }
    }
}
