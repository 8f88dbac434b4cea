import Foundation
import Terminal
import Testing

@Suite struct ProgressReporterTests {
    @Test("shows the line while work goes on, clears it, and gives the work's value")
    func show() async throws {
        let pipe = Pipe()
        let shown = AsyncStream.makeStream(of: Void.self)
        let value = await reporter(writingTo: pipe).show {
            shown.continuation.finish()
            return "half"
        } during: {
            for await _ in shown.stream {}
            return 7
        }
        try pipe.fileHandleForWriting.close()
        #expect(value == 7)
        let written = try #require(try pipe.fileHandleForReading.readToEnd())
        #expect(String(decoding: written, as: UTF8.self) == "\rhalf\u{1B}[K\r\u{1B}[K")
    }

    @Test("stops when the work fails, and passes its error on")
    func failure() async {
        struct Failure: Error {}
        await #expect(throws: Failure.self) {
            try await reporter(writingTo: Pipe()).show {
                "line"
            } during: {
                throw Failure()
            }
        }
    }

    @Test("never asks for a line when quiet")
    func quiet() async {
        await ProgressReporter(quiet: true).run {
            Issue.record("a line was asked for")
            return ""
        }
    }

    private func reporter(writingTo pipe: Pipe) -> ProgressReporter {
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        return ProgressReporter(
            console: Console(fileDescriptor: descriptor, isTerminal: true, environment: [:])
        )
    }
}
