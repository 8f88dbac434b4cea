import CorpusStore
import Foundation
import OTLP
import TestSupport
import Testing

extension Programs {
    @Suite("Corpus format")
    struct Format {
        private func compare(_ path: String) async throws {
            let python = try await PythonReader(path)
            #expect(python.code == 0)
            let reader = try CorpusReader(path: path)
            var lines: [PythonReader.Line] = []
            try reader.forEachRequest { number, request in
                lines.append(
                    PythonReader.Line(
                        number: number,
                        signal: request.signal.rawValue,
                        arrivalUnixNanoseconds: request.arrival.unixNanoseconds,
                        payload: Data(request.payload),
                        transport: request.transport.rawValue
                    )
                )
            }
            #expect(python.lines == lines)
            #expect(python.digest == reader.recording.digest)
        }

        @Test("reads shipped corpora as a reader in Python does that knows only its document")
        func shipped() async throws {
            let folder = PythonReader.project.appendingPathComponent("corpora").path
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
                .filter { $0.hasSuffix(".db") }
            #expect(!names.isEmpty)
            for name in names { try await compare(folder + "/" + name) }
        }

        @Test("reads requests of every shape as the reader in Python does")
        func everyShape() async throws {
            let corpus = try await RecordedCorpus(seed: 6, requests: 80, blockBytes: 40_000)
            try await compare(corpus.path)
        }
    }
}
