import Foundation

/// The `sqlite3` program, which knows nothing of this package.
enum SQLiteShell {
    private static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "")
        .split(separator: ":").map { $0 + "/sqlite3" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    static var isInstalled: Bool { path != nil }

    /// The numbers that a statement gives, in the order of rows and columns.
    static func numbers(_ sql: String, in corpus: String) async throws -> [Int] {
        let process = Process()
        process.executableURL = path.map { URL(fileURLWithPath: $0) }
        process.arguments = ["-readonly", corpus, sql]
        let output = Pipe()
        process.standardOutput = output
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        for await _ in ended {}
        // A few numbers fit the pipe's buffer.
        let text = String(
            decoding: try output.fileHandleForReading.readToEnd() ?? Data(),
            as: UTF8.self
        )
        return text.split { "|\n".contains($0) }.compactMap { Int($0) }
    }
}
