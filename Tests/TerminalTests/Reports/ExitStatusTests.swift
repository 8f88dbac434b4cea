import Foundation
import Testing

@testable import Terminal

@Suite struct ExitStatusTests {
    private struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    @Test("says in one line which program failed, and why")
    func failure() throws {
        let pipe = Pipe()
        let status = ExitStatus.failure(
            of: "record",
            Failure(description: "run.db: the file exists;\n    add --force\u{7}"),
            console: Console(
                fileDescriptor: pipe.fileHandleForWriting.fileDescriptor,
                isTerminal: false,
                environment: [:]
            )
        )
        try pipe.fileHandleForWriting.close()
        let written = try #require(try pipe.fileHandleForReading.readToEnd())
        #expect(
            String(decoding: written, as: UTF8.self)
                == "record: run.db: the file exists; add --force\u{FFFD}\n"
        )
        #expect(status == .failed)
    }

    @Test("names cancellation in words")
    func cancellation() {
        #expect(
            ExitStatus.complaint(of: "replay", CancellationError())
                == "replay: interrupted before it was done"
        )
    }

    @Test("keeps slashes and sorts keys in JSON")
    func json() throws {
        let text = try ReportJSON.encode(["b": "http://a/b", "a": "x"])
        #expect(text == "{\n  \"a\" : \"x\",\n  \"b\" : \"http://a/b\"\n}")
        #expect(throws: EncodingError.self) { try ReportJSON.encode([Double.nan]) }
    }
}
