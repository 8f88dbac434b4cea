import Foundation
import StreamCompression

/// A file to import, or standard input, read forward in pieces and inflated on the way.
final class InputFile {
    static let standardInput = "-"
    private static let pieceBytes = 1 << 18

    /// As errors name it.
    let name: String
    private let descriptor: Int32
    private let progress: EditingProgress?
    private var inflater: (any StreamInflater)?
    private let piece = UnsafeMutableRawBufferPointer.allocate(
        byteCount: pieceBytes,
        alignment: 16
    )
    private var isFirst = true
    private var isAtEnd = false

    init(path: String, progress: EditingProgress?) throws(EditingError) {
        let isStandardInput = path == Self.standardInput
        name = isStandardInput ? "standard input" : path
        self.progress = progress
        descriptor = isStandardInput ? dup(STDIN_FILENO) : open(path, O_RDONLY)
        guard descriptor >= 0 else { throw .cannotRead(path: name, reason: Self.lastFailure) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            throw .cannotRead(path: name, reason: "it is a folder")
        }
        if status.st_mode & S_IFMT == S_IFREG { progress?.expect(Int(status.st_size)) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        piece.deallocate()
    }

    /// All that a small file holds.
    /// - Throws: ``EditingError/cannotRead(path:reason:)``, also when there is more than so many bytes.
    static func contents(of path: String, limit: Int) throws -> [UInt8] {
        let file = try InputFile(path: path, progress: nil)
        var contents: [UInt8] = []
        do {
            while try file.read(into: &contents) {
                guard contents.count <= limit else {
                    throw EditingError.cannotRead(path: path, reason: "it is too long")
                }
            }
        } catch let damage as Damage {
            throw EditingError.cannotRead(path: path, reason: damage.reason)
        }
        return contents
    }

    /// Adds the next bytes of what the file holds to the buffer; false after the last.
    ///
    /// - Throws: ``EditingError/cannotRead(path:reason:)``; what is wrong with the compression, as
    ///   ``Damage``.
    func read(into buffer: inout [UInt8]) throws -> Bool {
        if let inflated = try inflate() {
            buffer += inflated
            return true
        }
        while !isAtEnd {
            let count = try readPiece()
            let bytes = UnsafeRawBufferPointer(rebasing: piece[..<count])
            if isFirst {
                isFirst = false
                try beginInflating(bytes)
            }
            guard count > 0 else {
                isAtEnd = true
                do { try inflater?.finish() } catch { throw Damage(error) }
                return false
            }
            guard let inflater else {
                buffer += bytes
                return true
            }
            inflater.feed(bytes)
            if let inflated = try inflate() {
                buffer += inflated
                return true
            }
        }
        return false
    }

    /// What is wrong with a compressed file.
    struct Damage: Error {
        let reason: String

        init(_ error: any Error) {
            reason =
                switch error {
                case InflationFault.truncated: "the compressed file ends too early"
                case InflationFault.damaged: "the compressed file is damaged"
                default: "\(error)"
                }
        }
    }

    private func inflate() throws -> UnsafeRawBufferPointer? {
        do {
            return try inflater?.next()
        } catch {
            isAtEnd = true
            inflater = nil
            throw Damage(error)
        }
    }

    private func beginInflating(_ bytes: UnsafeRawBufferPointer) throws {
        do {
            switch FileCompression(magic: bytes) {
            case .none: break
            case .gzip: inflater = try Inflater()
            case .zstd: inflater = try ZstandardInflater()
            }
        } catch {
            throw EditingError.cannotRead(path: name, reason: "\(error)")
        }
    }

    /// Fills the piece as far as it goes, so that the first bytes are there together.
    private func readPiece() throws -> Int {
        var filled = 0
        while filled < (isFirst ? 4 : 1) {
            try waitForInput()
            let place = UnsafeMutableRawBufferPointer(rebasing: piece[filled...])
            let count = Foundation.read(descriptor, place.baseAddress, place.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw EditingError.cannotRead(path: name, reason: Self.lastFailure)
            }
            if count == 0 { break }
            filled += count
        }
        progress?.add(filled)
        return filled
    }

    /// Waits until a read won't, so that whoever waits for a pipe can be cancelled.
    private func waitForInput() throws {
        var status = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        repeat { try Task.checkCancellation() } while poll(&status, 1, 100) == 0
    }

    private static var lastFailure: String { String(cString: strerror(errno)) }
}
