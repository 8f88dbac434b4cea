import CorpusStore
import Foundation

/// A file's bytes by their places, whatever they are.
final class RawFile {
    private let descriptor: Int32
    /// Its length when it was opened.
    let byteCount: Int

    /// Opens a file for reading.
    /// - Throws: ``CorpusError`` when there is none, or it can't be read.
    init(path: String) throws(CorpusError) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .missing(path: path)
        }
        guard !isDirectory.boolValue else {
            throw .notACorpus(path: path, reason: "it is a folder")
        }
        // Opening a pipe would wait for somebody to write to it.
        guard FileManager.default.isRegularFile(path) else {
            throw .notACorpus(path: path, reason: "it is not a regular file")
        }
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .database(path: path, reason: String(cString: strerror(errno)))
        }
        byteCount = max(0, Int(lseek(descriptor, 0, SEEK_END)))
    }

    deinit {
        close(descriptor)
    }

    /// The bytes at a place; fewer than asked for at the file's end and where the disk fails.
    func bytes(at offset: Int, count: Int) -> [UInt8] {
        guard offset >= 0, count > 0, offset < byteCount else { return [] }
        return [UInt8](unsafeUninitializedCapacity: min(count, byteCount - offset)) {
            buffer,
            filled in
            while filled < buffer.count, let base = buffer.baseAddress {
                let result = pread(
                    descriptor,
                    base + filled,
                    buffer.count - filled,
                    off_t(offset + filled)
                )
                if result < 0, errno == EINTR { continue }
                guard result > 0 else { return }
                filled += result
            }
        }
    }
}

extension Array<UInt8> {
    /// A big-endian integer of 1…8 bytes; 0 where they are not all there.
    func bigEndian(_ offset: Int, _ width: Int) -> Int {
        guard offset >= 0, offset <= count - width else { return 0 }
        return self[offset..<(offset + width)].reduce(0) { $0 << 8 | Int($1) }
    }

    /// A varint as SQLite writes it (sqlite.org/fileformat2.html, "varint"), and where it ends.
    func sqliteVarint(_ offset: Int, before end: Int) -> (value: UInt64, end: Int)? {
        var value: UInt64 = 0
        for index in 0..<9 {
            let place = offset + index
            guard place >= 0, place < Swift.min(end, count) else { return nil }
            let byte = self[place]
            if index == 8 { return (value << 8 | UInt64(byte), place + 1) }
            value = value << 7 | UInt64(byte & 0x7f)
            if byte < 0x80 { return (value, place + 1) }
        }
        return nil
    }
}
