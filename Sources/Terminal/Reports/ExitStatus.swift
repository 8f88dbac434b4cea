import Foundation

/// What a program's exit code tells the program that started it.
public enum ExitStatus: Int32, Sendable {
    /// All was done.
    case done = 0
    /// It could not be done; standard error says why.
    case failed = 1
    /// It ran to its end, but not all was accepted; the report says what was not.
    case incomplete = 2
    /// The command line was wrong (`EX_USAGE` of `sysexits.h`).
    case usage = 64
    /// Ended at once by the second signal (128 + `SIGINT`, as shells have it).
    case interrupted = 130

    /// Says on standard error, in one line, why a program fails.
    ///
    /// - Returns: ``failed``, for the program to end with.
    public static func failure(
        of program: String,
        _ error: any Error,
        console: Console = .standardError
    ) -> ExitStatus {
        console.write(complaint(of: program, error) + "\n")
        return .failed
    }

    /// `record: run.db: the file exists…`, in one line whatever the error's description holds.
    static func complaint(of program: String, _ error: any Error) -> String {
        let reason =
            switch error {
            case is CancellationError: "interrupted before it was done"
            case let error as any LocalizedError:
                error.errorDescription ?? String(describing: error)
            default: String(describing: error)
            }
        let words = reason.split(whereSeparator: \.isNewline).map { line in
            line.drop { $0.isWhitespace }
        }
        return "\(program): " + words.joined(separator: " ").printable
    }
}
