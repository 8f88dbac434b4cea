import Foundation

/// The system's shell, to which the package's programs are commands.
enum Shell {
    /// Runs a script to its end.
    /// - Returns: its exit code, and what it wrote on both outputs.
    static func run(_ script: String, in folder: String) async throws -> (code: Int32, text: String)
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = "\(BuiltProgram.folder.path):\(environment["PATH"] ?? "")"
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        for await _ in ended {}
        // A few lines fit the pipe's buffer.
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
