import OTLP
import TestSupport

@testable import CorpusStore

/// Makes export requests with some of their bytes changed, of which the scanner still takes all.
struct RequestMutations {
    private var generator: TelemetryGenerator
    private var random: SeededGenerator

    init(seed: UInt64) {
        generator = TelemetryGenerator(seed: seed)
        random = SeededGenerator(seed: seed)
    }

    mutating func next() throws -> ExportRequest {
        while true {
            let original = try generator.next()
            var payload = original.payload
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                payload[.random(in: 0..<payload.count, using: &random)] =
                    .random(in: 0...255, using: &random)
            }
            let mutated = ExportRequest(
                signal: original.signal,
                arrival: original.arrival,
                payload: payload
            )
            if (try? PreparedRequest(mutated)) != nil { return mutated }
        }
    }
}
