import Foundation
import Synchronization
import TestSupport

/// One of the package's programs, running as a child process whose output is collected.
final class BuiltProgram: Sendable {
    /// How a program ended, and all it wrote.
    struct Ending: Sendable {
        /// As a shell has it: 128 and the signal's number for a program that a signal ended.
        let code: Int32
        let output: String
        let complaints: String

        var complaintLines: [Substring] { complaints.split(separator: "\n") }
    }

    /// What kept a test from seeing what it waited for.
    enum Failure: Error {
        case timedOut(program: String, complaints: String)
        case endedBefore(line: String, complaints: String)
    }

    private struct State {
        var output = Data()
        var complaints = Data()
        /// The process itself and the pipes of its two outputs.
        var openEnds = 3
    }

    private let name: String
    private let process = Process()
    // What a program that is killed leaves behind goes with it.
    private let temporaryFolder: TemporaryFolder
    private let state = Mutex(State())
    // Yields whenever there is something new to look at, and ends with the program.
    private let changes: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    private init(
        _ name: String,
        _ arguments: [String],
        in folder: String,
        reading input: FileHandle
    ) throws {
        self.name = name
        temporaryFolder = try TemporaryFolder()
        (changes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        process.executableURL = Self.folder.appendingPathComponent(name)
        process.arguments = arguments
        process.environment = Self.environment.merging(["TMPDIR": temporaryFolder.path]) { $1 }
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = input
        let (output, complaints) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = complaints
        process.terminationHandler = { [weak self] _ in self?.closeEnd() }
        try process.run()
        drain(output) { $0.output.append($1) }
        drain(complaints) { $0.complaints.append($1) }
    }

    /// Where SwiftPM puts what it builds: beside the test bundle.
    static var folder: URL {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
        return bundle?.bundleURL.deletingLastPathComponent() ?? Bundle.main.bundleURL
    }

    /// Without the settings of whoever runs the tests, and with telemetry exported every 100 ms.
    private static var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("OTEL_") }
        environment["OTEL_BSP_SCHEDULE_DELAY"] = "100"
        environment["OTEL_BLRP_SCHEDULE_DELAY"] = "100"
        return environment
    }

    // MARK: Running

    /// Runs a program to its end.
    static func run(
        _ name: String,
        _ arguments: String...,
        within limit: Duration = .seconds(180)
    ) async throws -> Ending {
        try await with(name, arguments, within: limit) { try await $0.ending() }
    }

    /// Runs a program for as long as the body takes; whatever comes, the program is gone afterwards.
    static func with<Value: Sendable>(
        _ name: String,
        _ arguments: [String],
        in folder: String = FileManager.default.temporaryDirectory.path,
        reading input: FileHandle = .nullDevice,
        within limit: Duration = .seconds(180),
        _ body: @escaping @Sendable (BuiltProgram) async throws -> Value
    ) async throws -> Value {
        let program = try BuiltProgram(name, arguments, in: folder, reading: input)
        defer { program.kill() }
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body(program) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw Failure.timedOut(program: name, complaints: program.complaints)
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }

    /// Waits for a line on standard error that contains a text.
    func line(containing text: String) async throws -> String {
        var iterator = changes.makeAsyncIterator()
        repeat {
            let lines = complaints.split(separator: "\n", omittingEmptySubsequences: false)
            // The last one may be there in part only.
            if let line = lines.dropLast().first(where: { $0.contains(text) }) {
                return String(line)
            }
        } while await iterator.next() != nil
        throw Failure.endedBefore(line: text, complaints: complaints)
    }

    /// The port in the first line on standard error that has a URL of the loopback.
    func port() async throws -> Int {
        let line = try await line(containing: "http://127.0.0.1:")
        let digits = line.split(separator: "127.0.0.1:").last?.prefix(while: \.isNumber)
        guard let digits, let port = Int(digits) else {
            throw Failure.endedBefore(line: "a port", complaints: line)
        }
        return port
    }

    /// Waits until the program has ended and everything it wrote is here.
    func ending() async throws -> Ending {
        for await _ in changes {}
        try Task.checkCancellation()
        let signalled = process.terminationReason == .uncaughtSignal
        return state.withLock { state in
            Ending(
                code: process.terminationStatus + (signalled ? 128 : 0),
                output: String(decoding: state.output, as: UTF8.self),
                complaints: String(decoding: state.complaints, as: UTF8.self)
            )
        }
    }

    /// Whether the program has not ended yet.
    var isRunning: Bool { process.isRunning }

    /// Presses Ctrl-C.
    func interrupt() { process.interrupt() }

    /// Keeps the program from running until it is told to go on.
    func halt() { Foundation.kill(process.processIdentifier, SIGSTOP) }

    /// Has a halted program go on.
    func goOn() { Foundation.kill(process.processIdentifier, SIGCONT) }

    /// Ends the program with no chance to put anything in order.
    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
    }

    // MARK: Collecting

    private var complaints: String {
        state.withLock { String(decoding: $0.complaints, as: UTF8.self) }
    }

    /// Reads on a thread of its own: a dispatch source that is cancelled may outlive its file, and
    /// then takes the events of the next one with the same descriptor.
    private func drain(_ pipe: Pipe, into append: @escaping @Sendable (inout State, Data) -> Void) {
        let handle = pipe.fileHandleForReading
        Thread.detachNewThread { [self] in
            while case let data = handle.availableData, !data.isEmpty {
                state.withLock { append(&$0, data) }
                continuation.yield()
            }
            try? handle.close()
            closeEnd()
        }
    }

    private func closeEnd() {
        let isLast = state.withLock { state in
            state.openEnds -= 1
            return state.openEnds == 0
        }
        if isLast { continuation.finish() }
    }
}
