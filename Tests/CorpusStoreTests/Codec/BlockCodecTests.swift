import OTLP
import TestSupport
import Testing

@testable import CorpusStore

@Suite("Block codec")
struct BlockCodecTests {
    @Test(
        "gives back every export request byte for byte, with either library",
        arguments: UInt64(1)...20,
        Compression.available
    )
    func roundTrip(seed: UInt64, library: Compression) throws {
        var generator = TelemetryGenerator(seed: seed)
        let requests = try (0..<30).map { _ in try generator.next() }
        let block = try encode(requests, library: library)
        for reader in Compression.available {
            let decoded = try decode(block, count: requests.count, library: reader)
            for (found, expected) in zip(decoded, requests) {
                #expect(found.signal == expected.signal)
                #expect(found.arrival == expected.arrival)
                #expect(found.payload == expected.payload)
            }
        }
    }

    @Test("gives back mutated requests that still scan", arguments: UInt64(1)...40)
    func mutatedRoundTrip(seed: UInt64) throws {
        var mutations = RequestMutations(seed: seed)
        let requests = try (0..<40).map { _ in try mutations.next() }
        let decoded = try decode(try encode(requests), count: requests.count)
        #expect(decoded.map(\.payload) == requests.map(\.payload))
    }

    @Test("takes an empty request and a request without items")
    func empty() throws {
        let requests = [[], [0x0a, 0x00], [0x0a, 0x02, 0x12, 0x00]].map {
            ExportRequest(
                signal: .logs,
                arrival: Timestamp(unixNanoseconds: 5),
                payload: $0
            )
        }
        let decoded = try decode(try encode(requests), count: requests.count)
        #expect(decoded.map(\.payload) == requests.map(\.payload))
    }

    @Test("tells apart pieces of one structure that differ in values, in keys and in lengths")
    func templates() throws {
        func log(_ key: String, _ value: String) -> [UInt8] {
            let attribute =
                [0x0a, UInt8(key.utf8.count)] + key.utf8
                + [0x12, UInt8(value.utf8.count + 2), 0x0a, UInt8(value.utf8.count)] + value.utf8
            return [0x12, UInt8(attribute.count + 2), 0x32, UInt8(attribute.count)] + attribute
        }
        let logs = [("a", "one"), ("a", "two"), ("b", "one"), ("a", "three"), ("b", "two")]
            .flatMap { log($0.0, $0.1) }
        let scope = [0x12, UInt8(logs.count)] + logs
        let request = ExportRequest(
            signal: .logs,
            arrival: Timestamp(unixNanoseconds: 5),
            payload: [0x0a, UInt8(scope.count)] + scope
        )
        let decoded = try decode(try encode([request, request]), count: 2)
        #expect(decoded.map(\.payload) == [request.payload, request.payload])
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

    @Test("rewrites exactly the holes, whatever the mapping", arguments: UInt64(1)...10)
    func skeletons(seed: UInt64) throws {
        var generator = TelemetryGenerator(seed: seed)
        let requests = try (0..<20).map { _ in try generator.next() }
        let mapping = TimestampMapping(
            mode: .scale,
            originUnixNanoseconds: 1_700_000_000_000_000_000,
            startUnixNanoseconds: 1_900_000_000_000_000_000,
            speed: try #require(Speed(numerator: 7, denominator: 3))
        )
        let decoded = try decode(
            try encode(requests),
            count: requests.count,
            mapping: mapping,
            ids: .fresh(seed: seed)
        )
        for (found, expected) in zip(decoded, requests) {
            let before = try RequestScan(expected.signal, payload: expected.payload)
            let after = try RequestScan(found.signal, payload: found.payload)
            #expect(after.holes == before.holes)
            #expect(
                PreparedRequest.skeleton(of: found.payload, holes: after.holes)
                    == PreparedRequest.skeleton(of: expected.payload, holes: before.holes)
            )
        }
    }
}

func encode(
    _ requests: [ExportRequest],
    library: Compression = .inUse
) throws -> [UInt8] {
    var encoder = BlockEncoder()
    for request in requests {
        try encoder.append(PreparedRequest(request)) { _ in 1_700_000_000_000_000_000 }
    }
    return try encoder.finish(level: 6, library: library)
}

func decode(
    _ block: [UInt8],
    count: Int,
    mapping: TimestampMapping = .keep,
    ids: IdentifierMapping = .keep,
    library: Compression = .inUse
) throws -> [ExportRequest] {
    var decoder = try BlockDecoder(block, mapping: mapping, ids: ids, library: library)
    var requests: [ExportRequest] = []
    for _ in 0..<count {
        let row = try decoder.next()
        var payload = [UInt8](repeating: 0xaa, count: row.payloadBytes)
        try payload.withUnsafeMutableBytes { try decoder.fill(row, into: $0) }
        requests.append(
            ExportRequest(signal: row.signal, arrival: row.arrival, payload: payload)
        )
    }
    return requests
}
