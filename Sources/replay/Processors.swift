import Foundation

/// The machine's processors.
///
/// Foundation counts all that are there, and Glibc gives Swift no call that asks which may be used.
enum Processors {
    /// How many this process may use, at least one; those that `taskset` or a container bars don't
    /// count.
    static var usable: Int {
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let allowed = status.map(allowed(in:)) ?? 0
        return allowed > 0 ? allowed : ProcessInfo.processInfo.activeProcessorCount
    }

    /// The bits of the mask in Linux's list of what it knows of a process; 0 without one.
    private static func allowed(in status: String) -> Int {
        let name = "Cpus_allowed:"
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
        let digits = line?.dropFirst(name.count).compactMap(\.hexDigitValue) ?? []
        return digits.reduce(0) { $0 + $1.nonzeroBitCount }
    }
}
