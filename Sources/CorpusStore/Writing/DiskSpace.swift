import Foundation

/// How much room the disk under a corpus has, and how much a step may need.
///
/// What a commit writes lies in the write-ahead log first and in the database later, so it needs its
/// room twice; and the end of a recording needs some, too. A request is refused while that would
/// still fit, rather than when nothing does any more and the log could no longer be moved into the
/// database.
struct DiskSpace: Sendable {
    /// Room that nothing but the end of the recording uses, in bytes.
    static let reserveBytes = 512 << 10

    private let logPath: String
    private let freeBytes: @Sendable () -> Int?

    /// The disk that a corpus is on; `freeBytes` gives nil where the system doesn't say.
    init(path: String, freeBytes: (@Sendable () -> Int?)? = nil) {
        logPath = path + "-wal"
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        self.freeBytes = freeBytes ?? { Self.freeBytes(in: folder) }
    }

    private static func freeBytes(in folder: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
        return (attributes?[.systemFreeSize] as? NSNumber).map { Int(clamping: $0.int64Value) }
    }

    /// The bytes in the write-ahead log, all of which may still have to go to the database.
    var logBytes: Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: logPath)
        return (attributes?[.size] as? Int) ?? 0
    }

    /// Whether a transaction that changes that many bytes leaves enough room to end the recording.
    func hasRoom(forChanging bytes: Int, logBytes: Int) -> Bool {
        guard let freeBytes = freeBytes() else { return true }
        return freeBytes >= 2 * bytes + logBytes + Self.reserveBytes
    }
}
