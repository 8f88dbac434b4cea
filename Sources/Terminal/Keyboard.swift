import Foundation
import Synchronization

/// Keys pressed at the terminal that is the program's standard input.
public enum Keyboard {
    /// How often it is looked whether a key was pressed: at once, to a person.
    private static let interval: Duration = .milliseconds(50)

    /// Does the work, and meanwhile passes on each key when it is pressed, without an end of line
    /// and without a trace on the screen.
    ///
    /// The terminal is what it was again once the work has ended, and where ``Interrupts`` ends the
    /// process. Where standard input is no terminal, there is only the work.
    public static func handle<Value>(
        _ press: @escaping @Sendable (Character) async -> Void,
        during work: () async throws -> Value
    ) async rethrows -> Value {
        guard isatty(STDIN_FILENO) == 1 else { return try await work() }
        defer { restoreTerminal() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    for key in pressedKeys() { await press(key) }
                    try? await Task.sleep(for: interval)
                }
            }
            defer { group.cancelAll() }
            return try await work()
        }
    }

    /// Gives the terminal back as it was found; nothing happens where it was not changed.
    static func restoreTerminal() {
        found.withLock { mode in
            guard var before = mode, isOurs else { return }
            tcsetattr(STDIN_FILENO, TCSANOW, &before)
            mode = nil
        }
    }

    /// The terminal's mode before it was changed.
    private static let found = Mutex<termios?>(nil)

    /// Whether the terminal may be read and changed: one that another job has in the foreground
    /// would stop this process.
    private static var isOurs: Bool {
        let foreground = tcgetpgrp(STDIN_FILENO)
        return foreground == -1 || foreground == getpgrp()
    }

    /// Never waits.
    private static func pressedKeys() -> String {
        guard isOurs, makeUnbuffered() else { return "" }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(STDIN_FILENO, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// Has keys come one by one, unseen; anew after a shell had the terminal in between.
    private static func makeUnbuffered() -> Bool {
        var mode = termios()
        guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return false }
        let lines = tcflag_t(ICANON | ECHO)
        guard mode.c_lflag & lines != 0 else { return true }
        let before = mode
        mode.c_lflag &= ~lines
        withUnsafeMutableBytes(of: &mode.c_cc) { characters in
            characters[Int(VMIN)] = 0
            characters[Int(VTIME)] = 0
        }
        return found.withLock { found in
            found = before
            return tcsetattr(STDIN_FILENO, TCSANOW, &mode) == 0
        }
    }
}
