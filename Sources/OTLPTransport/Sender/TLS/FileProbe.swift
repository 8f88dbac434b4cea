#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Says why a file can't be read.
enum FileProbe {
    /// The system's words, or nil when the file can be read.
    static func unreadableReason(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return String(cString: strerror(errno)).lowercased() }
        defer { close(descriptor) }
        var byte: UInt8 = 0
        return read(descriptor, &byte, 1) < 0 ? String(cString: strerror(errno)).lowercased() : nil
    }
}
