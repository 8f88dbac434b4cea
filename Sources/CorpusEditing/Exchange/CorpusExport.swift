public import CorpusStore
import Foundation
import OTLP

/// Writes a corpus's export requests in the formats of the OpenTelemetry Collector's file exporter.
public struct CorpusExport: Sendable {
    /// How messages lie in the file.
    public var format = ExchangeFormat.json
    /// What is exported.
    public var selection = RequestSelection()
    /// The file, compressed where it ends in `.gz` or `.zst`; nil is standard output.
    public var path: String?
    /// Whether each signal gets a file of its own, named for it.
    public var isSplit = false
    /// Whether files that exist are replaced.
    public var replacesExisting = false

    /// What came of an export.
    public struct Result: Sendable {
        /// What was exported; the bytes are of payload.
        public internal(set) var totals = CorpusTotals()
        /// The files, and how long each is.
        public internal(set) var files: [(path: String, bytes: Int)] = []
    }

    /// An export of everything as JSON lines to standard output.
    public init() {}

    /// Exports what is selected, in the corpus's order.
    ///
    /// - Returns: what was exported; files without a request are not made.
    /// - Throws: ``EditingError``; `CorpusError` when the corpus is damaged; `CancellationError`.
    ///   No file is left then.
    public func run(_ reader: CorpusReader, progress: EditingProgress) throws -> Result {
        for path in paths {
            try NewFile.check(path, replacing: replacesExisting, inputs: [reader.path])
        }
        var result = Result()
        var outputs: [String?: OutputFile] = [:]
        let requests = try SelectedRequests(reader, selection, progress: progress)
        do {
            while let (number, request) = try requests.next() {
                try Task.checkCancellation()
                let place = path(of: request.signal)
                let output = try outputs[place] ?? open(place)
                outputs[place] = output
                for bytes in try message(request, number, of: reader.path) {
                    try output.write(bytes)
                }
                result.totals[request.signal].requests += 1
                result.totals[request.signal].payloadBytes += request.payload.count
            }
            if !isSplit, outputs.isEmpty { outputs[path] = try open(path) }
            for (path, output) in outputs.sorted(by: { $0.key ?? "" < $1.key ?? "" }) {
                let bytes = try output.keep()
                if let path { result.files.append((path, bytes)) }
            }
        } catch {
            for output in outputs.values { output.discard() }
            throw error
        }
        return result
    }

    private func open(_ path: String?) throws -> OutputFile {
        try OutputFile(path: path, replacesExisting: replacesExisting)
    }

    private var paths: [String] {
        isSplit ? Signal.allCases.compactMap(path(of:)) : [path].compactMap { $0 }
    }

    /// `run.json.gz` becomes `run.traces.json.gz`.
    private func path(of signal: Signal) -> String? {
        guard isSplit, let path else { return path }
        var url = URL(fileURLWithPath: path)
        var endings: [String] = []
        if FileCompression(path: path) != .none {
            endings.append(url.pathExtension)
            url.deletePathExtension()
        }
        if !url.pathExtension.isEmpty {
            endings.insert(url.pathExtension, at: 0)
            url.deletePathExtension()
        }
        let name = ([url.lastPathComponent, signal.rawValue] + endings).joined(separator: ".")
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? name : folder + "/" + name
    }

    private func message(
        _ request: ExportRequest,
        _ number: Int64,
        of path: String
    ) throws -> [[UInt8]] {
        switch format {
        case .json:
            do throws(OTLPJSONError) {
                return [try OTLPJSON.encode(request.signal, payload: request.payload), [0x0a]]
            } catch {
                throw EditingError.notExportable(
                    path: path,
                    request: number,
                    reason: "\(error)"
                )
            }
        case .proto:
            let length = UInt32(clamping: request.payload.count).bigEndian
            return [withUnsafeBytes(of: length) { Array($0) }, request.payload]
        }
    }
}
