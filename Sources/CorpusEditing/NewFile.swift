import CorpusStore
import Foundation

/// A file that appears under its name only once it is whole; until then it lies beside it.
struct NewFile: Sendable {
    let path: String
    let temporaryPath: String
    private let replacesExisting: Bool

    init(path: String, replacesExisting: Bool) {
        self.path = path
        self.replacesExisting = replacesExisting
        let url = URL(fileURLWithPath: path)
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        temporaryPath =
            url.deletingLastPathComponent()
            .appendingPathComponent(".\(url.lastPathComponent).\(random).part").path
    }

    /// Makes sure, before anything is read, that there can be a file at the path.
    /// - Throws: ``EditingError/sameFile(path:)``; `CorpusError` when the path is taken or there is
    ///   no folder for it.
    static func check(_ path: String, replacing: Bool, inputs: [String]) throws {
        var isFolder: ObjCBool = false
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            guard FileManager.default.fileExists(atPath: folder) else {
                throw CorpusError.cannotCreate(path: path, reason: "there is no folder \(folder)")
            }
            return
        }
        guard !isFolder.boolValue else {
            throw CorpusError.cannotCreate(path: path, reason: "it is a folder")
        }
        // Renamed over a device, a file would take its place.
        guard FileManager.default.isRegularFile(path) else {
            throw CorpusError.cannotCreate(path: path, reason: "it is not a regular file")
        }
        let identity = identity(of: path)
        for input in inputs where identity != nil && Self.identity(of: input) == identity {
            throw EditingError.sameFile(path: path)
        }
        guard replacing else { throw CorpusError.exists(path: path) }
    }

    /// Gives the file its name.
    func keep() throws {
        if !replacesExisting, FileManager.default.fileExists(atPath: path) {
            throw CorpusError.exists(path: path)
        }
        // A recording that was cut short has these beside it; they'd be taken for the new corpus's.
        for suffix in ["-wal", "-shm", "-journal"] { unlink(path + suffix) }
        guard rename(temporaryPath, path) == 0 else {
            throw CorpusError.cannotCreate(path: path, reason: String(cString: strerror(errno)))
        }
        synchronizeFolder()
    }

    /// Removes what there is of it.
    func discard() {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(temporaryPath + suffix) }
    }

    /// So that the name outlives a power cut; a file system that can't is no reason to fail.
    private func synchronizeFolder() {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func identity(of path: String) -> [UInt64]? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return [UInt64(status.st_dev), UInt64(status.st_ino)]
    }
}

extension FileManager {
    /// Whether there is a file with contents of its own at the path, or a link to one.
    func isRegularFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
