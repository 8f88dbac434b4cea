import Foundation
import TestSupport

/// `tools/read-corpus`, which was written from `corpora/FORMAT.md` and shares no code with this
/// package.
struct PythonReader {
    static let project = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// An export request as it printed it.
    struct Line: Equatable {
        let number: Int64
        let signal: String
        let arrivalUnixNanoseconds: UInt64
        let payload: Data
        let transport: String
    }

    let code: Int32
    let lines: [Line]
    /// The last line: the corpus digest.
    let digest: String?

    /// Runs it over a corpus.
    init(_ corpus: String) async throws {
        let folder = try TemporaryFolder()
        let (output, payloads) = (folder.file("output"), folder.file("payloads"))
        try Data().write(to: URL(fileURLWithPath: output))
        let process = Process()
        process.executableURL = Self.project.appendingPathComponent("tools/read-corpus")
        process.arguments = [corpus, "--out", payloads]
        process.standardOutput = FileHandle(forWritingAtPath: output)
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        for await _ in ended {}
        code = process.terminationStatus
        let text = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
        digest = text.last.map(String.init)
        let names = try FileManager.default.contentsOfDirectory(atPath: payloads).sorted()
        lines = try zip(text, names).compactMap { line, name in
            let words = line.split(separator: " ")
            guard words.count == 6, let number = Int64(words[0]), let arrival = UInt64(words[2])
            else { return nil }
            return Line(
                number: number,
                signal: String(words[1]),
                arrivalUnixNanoseconds: arrival,
                payload: try Data(contentsOf: URL(fileURLWithPath: payloads + "/" + name)),
                transport: String(words[5])
            )
        }
    }
}
