/// What can be wrong with a corpus, each case with what was found and what to do.
public enum CorpusError: Error, Equatable {
    /// No file at the path.
    case missing(path: String)
    /// A file, but not one of ours.
    case notACorpus(path: String, reason: String)
    /// Written by a later version of the format than this program reads.
    case newerFormat(path: String, found: Int, supported: Int)
    /// The file exists already and was not to be replaced.
    case exists(path: String)
    /// A block whose bytes are not what was written.
    case damagedBlock(path: String, block: Int64, firstRequest: Int64, reason: String)
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
        case .exists(let path):
            "\(path): the file exists; choose another name or add --force to replace it"
        case .damagedBlock(let path, let block, let firstRequest, let reason):
            "\(path): block \(block), from export request \(firstRequest) on, is damaged: \(reason)"
        case .damagedRequest(let path, let request):
            "\(path): export request \(request) does not match its checksum"
        case .database(let path, let reason):
            "\(path): \(reason)"
        }
    }
}
