import Foundation

/// A terminal without a screen, for a program whose standard input is to be one.
///
/// Glibc's own functions for that are not imported, so it is asked of the kernel (Linux 4.13 and
/// later).
final class PseudoTerminal: Sendable {
    /// What the program reads from.
    let input: FileHandle
    private let keyboard: FileHandle

    init() throws {
        let keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        guard keyboard >= 0 else { throw POSIXError(.ENOTTY) }
        self.keyboard = FileHandle(fileDescriptor: keyboard, closeOnDealloc: true)
        // TIOCSPTLCK unlocks the other end, TIOCGPTPEER opens it.
        var isLocked: Int32 = 0
        guard ioctl(keyboard, 0x4004_5431, &isLocked) == 0 else { throw POSIXError(.ENOTTY) }
        let input = ioctl(keyboard, 0x5441, O_RDWR | O_NOCTTY)
        guard input >= 0 else { throw POSIXError(.ENOTTY) }
        self.input = FileHandle(fileDescriptor: input, closeOnDealloc: true)
    }

    /// Whether the terminal keeps keys back until the end of the line, as one is found.
    var isBuffered: Bool {
        var mode = termios()
        tcgetattr(input.fileDescriptor, &mode)
        return mode.c_lflag & tcflag_t(ICANON) != 0 && mode.c_lflag & tcflag_t(ECHO) != 0
    }

    func press(_ key: String) throws {
        try keyboard.write(contentsOf: Data(key.utf8))
    }
}
