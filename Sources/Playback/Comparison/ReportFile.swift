import Foundation

/// The reports in a file that `replay --report` or `replay --json` wrote.
public struct ReportFile: Sendable {
    /// The file.
    public let path: String
    /// One report, or one for each run of `--repeat`.
    public let reports: [ReplayReport]

    /// Reads a file.
    /// - Throws: ``PlaybackError/invalidReport(path:reason:)``.
    public init(path: String) throws(PlaybackError) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .invalidReport(path: path, reason: "it can't be read")
        }
        try self.init(path: path, data: data)
    }

    init(path: String, data: Data) throws(PlaybackError) {
        self.path = path
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { SnakeCaseKey($0.last?.stringValue ?? "") }
        do {
            if let repeated = try? decoder.decode(RepeatedReplay.self, from: data) {
                reports = repeated.runs
            } else {
                reports = [try decoder.decode(ReplayReport.self, from: data)]
            }
        } catch let error as DecodingError {
            throw .invalidReport(path: path, reason: Self.reason(error))
        } catch {
            throw .invalidReport(path: path, reason: "\(error)")
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "it has no \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) is not what it should be"
        case .dataCorrupted: "it is not JSON"
        @unknown default: "it can't be decoded"
        }
    }
}

/// A key of a report's JSON as the report's types have it; `p99_9` is their own spelling.
private struct SnakeCaseKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ key: String) {
        guard key != "p99_9" else {
            stringValue = key
            return
        }
        let words = key.split(separator: "_")
        let rest = words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
        stringValue = ([words.first.map(String.init) ?? ""] + rest).joined()
    }

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
