import Foundation
import GRDB
import TestSupport
import Testing

/// What a path may lead to instead of a corpus that can be read.
enum BrokenCorpus: String, CaseIterable, CustomTestStringConvertible {
    case missing
    case folder
    case textFile = "text file"
    case foreignDatabase = "another program's database"
    case newerFormat = "newer format"
    case truncated
    case bitFlipped = "one bit flipped"

    var testDescription: String { rawValue }

    /// What a complaint says of it.
    var complaint: String {
        switch self {
        case .missing: "no such file"
        case .folder: "it is a folder"
        case .textFile: "it is not a SQLite file"
        case .foreignDatabase: "a SQLite database of another program"
        case .newerFormat: "format 99 is newer than"
        case .truncated: "the file is damaged"
        case .bitFlipped: "does not match its checksum"
        }
    }

    /// Makes it.
    func make() async throws -> RecordedCorpus {
        let corpus = try await RecordedCorpus(seed: 1, requests: 30)
        let file = URL(fileURLWithPath: corpus.path)
        switch self {
        case .newerFormat: try corpus.makeNewer()
        case .truncated: try corpus.truncate()
        case .bitFlipped: try corpus.flipBlockBit()
        case .missing, .folder, .textFile, .foreignDatabase:
            try FileManager.default.removeItem(at: file)
        }
        switch self {
        case .folder:
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
        case .textFile:
            try String(repeating: "Dear diary, ", count: 1_000).write(
                to: file,
                atomically: true,
                encoding: .utf8
            )
        case .foreignDatabase:
            try makeForeignDatabase(at: corpus.path)
        default: break
        }
        return corpus
    }

    private func makeForeignDatabase(at path: String) throws {
        let database = try DatabaseQueue(path: path)
        try database.write { try $0.execute(sql: "CREATE TABLE notes (body TEXT)") }
        try database.close()
    }
}
