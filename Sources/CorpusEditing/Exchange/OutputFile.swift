import Foundation
import StreamCompression

/// A file that is written forward, compressed as its name says, or standard output.
///
/// A file appears under its name only once it is whole.
final class OutputFile {
    private static let bufferBytes = 1 << 20

    private let name: String
    private let file: NewFile?
    private let descriptor: Int32
    private let deflater: (any StreamDeflater)?
    private var buffer: [UInt8] = []
    private var isOpen = true

    /// An empty file; nil is standard output.
    /// - Throws: ``EditingError/cannotWrite(path:reason:)``.
    init(path: String?, replacesExisting: Bool) throws {
        name = path ?? "standard output"
        guard let path else {
            file = nil
            deflater = nil
            descriptor = STDOUT_FILENO
            return
        }
        do {
            switch FileCompression(path: path) {
            case .none: deflater = nil
            case .gzip: deflater = try GzipDeflater()
            case .zstd: deflater = try ZstandardDeflater()
            }
        } catch {
            throw EditingError.cannotWrite(path: path, reason: "\(error)")
        }
        let file = NewFile(path: path, replacesExisting: replacesExisting)
        self.file = file
        descriptor = open(file.temporaryPath, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit {
        if isOpen { discard() }
    }

    /// Adds bytes.
    /// - Throws: ``EditingError/cannotWrite(path:reason:)``.
    func write(_ bytes: [UInt8]) throws {
        buffer += bytes
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// Gives the file its name, once it is on disk.
    /// - Returns: its length in bytes; 0 for standard output.
    func keep() throws -> Int {
        try flush()
        try deflater?.finish(put)
        guard let file else { return 0 }
        let bytes = Int(lseek(descriptor, 0, SEEK_END))
        guard fsync(descriptor) == 0 else { throw Self.failure(name) }
        isOpen = false
        close(descriptor)
        do {
            try file.keep()
        } catch {
            file.discard()
            throw error
        }
        return bytes
    }

    /// Removes what there is of it.
    func discard() {
        guard isOpen, let file else { return }
        isOpen = false
        if descriptor >= 0 { close(descriptor) }
        file.discard()
    }

    private func flush() throws {
        try buffer.withUnsafeBytes { bytes in
            if let deflater { try deflater.write(bytes, put) } else { try put(bytes) }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(name) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    private static func failure(_ name: String) -> EditingError {
        .cannotWrite(path: name, reason: String(cString: strerror(errno)))
    }
}
