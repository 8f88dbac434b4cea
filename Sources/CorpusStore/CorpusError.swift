import Foundation
import GRDB
import OTLP

/// What can be wrong with a corpus, each case with what was found and what to do.
public enum CorpusError: Error, Equatable {
    /// No file at the path.
    case missing(path: String)
    /// A file, but not one of ours.
    case notACorpus(path: String, reason: String)
    /// Written by a later version of the format than this program reads.
    case newerFormat(path: String, found: Int, supported: Int)
    /// There can be no file at the path.
    case cannotCreate(path: String, reason: String)
    /// The disk holds no more.
    case full(path: String)
    /// The disk became full while recording; the corpus is complete with what was acknowledged.
    case filledUp(path: String, keptRequests: Int, refusedRequests: Int, lacksIndexes: Bool)
    /// The file exists already and was not to be replaced.
    case exists(path: String)
    /// The database itself is not what was written.
    case damagedFile(path: String, reason: String)
    /// A block whose bytes are not what was written.
    case damagedBlock(path: String, block: BlockSummary, reason: String)
    /// An export request that does not match its checksum.
    case damagedRequest(path: String, request: Int64)
    /// SQLite could not read or write the file.
    case database(path: String, reason: String)
}

extension CorpusError: CustomStringConvertible {
    /// One line that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .missing(let path):
            "\(path): no such file; record one with: record --out \(path)"
        case .notACorpus(let path, let reason):
            "\(path): not a corpus (\(reason))"
        case .newerFormat(let path, let found, let supported):
            "\(path): corpus format \(found) is newer than \(supported), the newest this version "
                + "reads; update Playback"
        case .cannotCreate(let path, let reason):
            "\(path): can't be created: \(reason)"
        case .full(let path):
            "\(path): the disk is full; make room on it or record elsewhere with --out"
        case .filledUp(let path, let keptRequests, let refusedRequests, let lacksIndexes):
            "\(path): the disk became full; the corpus is complete with the \(keptRequests) export "
                + "requests before" + (lacksIndexes ? ", though without indexes" : "")
                + ", \(refusedRequests) were refused; make room on the disk and record anew"
        case .exists(let path):
            "\(path): the file exists; choose another name or add --force to replace it"
        case .damagedFile(let path, let reason):
            "\(path): the file is damaged: \(reason)"
        case .damagedBlock(let path, let block, let reason):
            "\(path): block \(block.id) is damaged: \(reason) (export requests "
                + "\(block.firstRequest) to \(block.nextRequest &- 1), received "
                + "\(Self.text(block.firstArrival)) to \(Self.text(block.lastArrival)))"
        case .damagedRequest(let path, let request):
            "\(path): export request \(request) does not match its checksum"
        case .database(let path, let reason):
            "\(path): \(reason)"
        }
    }
}

extension CorpusError {
    private static func text(_ time: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(time.unixNanoseconds) / 1e9)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// What an error of SQLite's means for a corpus.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as CorpusError: self = error
        case let error as DatabaseError: self.init(error, path: path)
        case is RowDecodingError:
            self = .damagedFile(path: path, reason: "a value is of the wrong type")
        default: self = .database(path: path, reason: "\(error)")
        }
    }

    private init(_ error: DatabaseError, path: String) {
        switch error.resultCode {
        case .SQLITE_FULL: self = .full(path: path)
        case .SQLITE_NOTADB: self = .notACorpus(path: path, reason: "it is not a SQLite file")
        case .SQLITE_CANTOPEN: self = .database(path: path, reason: "the file can't be opened")
        case .SQLITE_CORRUPT:
            self = .damagedFile(path: path, reason: error.message ?? "a page is malformed")
        default: self = .database(path: path, reason: error.message ?? "\(error.resultCode)")
        }
    }

    /// Runs what works on the database, its errors turned into ones that name the file.
    static func wrapping<Value>(
        _ path: String,
        _ body: () throws -> Value
    ) throws(CorpusError) -> Value {
        do {
            return try body()
        } catch {
            throw CorpusError(error, path: path)
        }
    }
}
