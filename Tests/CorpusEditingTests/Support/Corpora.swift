import CorpusEditing
import CorpusStore
import Foundation
import OTLP
import TestSupport

/// What a corpus holds, for comparing.
struct CorpusContents: Equatable {
    let payloads: [[UInt8]]
    let arrivals: [UInt64]

    init(_ path: String) throws {
        var requests: [ExportRequest] = []
        try CorpusReader(path: path).forEachRequest { requests.append($1) }
        payloads = requests.map(\.payload)
        arrivals = requests.map(\.arrival.unixNanoseconds)
    }
}

extension TemporaryFolder {
    /// What is in the folder, hidden files included.
    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }

    /// Writes a file and gives its path.
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }
}

extension CorpusReader {
    /// Whether all of it is intact.
    var isIntact: Bool {
        get throws { try verify().isIntact }
    }
}
