import ArgumentParser
import CorpusEditing
import CorpusStore
import Foundation
import Terminal

/// Measures what corpus-tool does with a corpus.
struct Edit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Speed and memory of export, import, cut, concat, compact and redact.",
        discussion: """
            Each runs in a process of its own, whose largest resident size is its memory. Speeds \
            are in MB (10^6 bytes) of payload a second, files in the page cache, item tables as in \
            the corpus; compact at level 6; redact drops customers and hashes orders, everywhere.
            """
    )

    @Argument(help: "A corpus; of some hundred MB of payload for figures of use.")
    var corpus: String

    @Option(help: "Where the files go, twice the corpus's payload. (default: a temporary folder)")
    var folder: String?

    @Option(help: "Which items get rows: all, spans or none. (default: as in the corpus)")
    var index: String?

    @Option(help: .hidden)
    var operation: EditOperation?

    @Flag(help: "Report as JSON.")
    var json = false

    func run() async throws {
        do {
            if let operation, let folder {
                print(try ReportJSON.encode(try await measurement(of: operation, in: folder)))
                return
            }
            let folder =
                folder.map { URL(fileURLWithPath: $0) }
                ?? FileManager.default.temporaryDirectory
                .appendingPathComponent("bench-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { if self.folder == nil { try? FileManager.default.removeItem(at: folder) } }
            let measurements = try EditOperation.allCases.map {
                try Self.child(corpus, $0, in: folder.path, index: index)
            }
            print(json ? try ReportJSON.encode(measurements) : Self.table(measurements))
        } catch {
            throw ExitCode(ExitStatus.failure(of: "bench", error).rawValue)
        }
    }

    private func measurement(
        of operation: EditOperation,
        in folder: String
    ) async throws -> EditMeasurement {
        let reader = try CorpusReader(path: corpus)
        let rows = index.flatMap(ItemIndex.init(rawValue:)) ?? reader.recording.index
        let clock = ContinuousClock()
        let start = clock.now
        let bytes = try await operation.run(reader, in: folder, index: rows)
        let seconds = (clock.now - start) / .seconds(1)
        var usage = rusage()
        // RUSAGE_SELF, which Glibc has as another type than the function takes.
        getrusage(0, &usage)
        return EditMeasurement(
            operation: operation,
            payloadBytes: bytes,
            seconds: seconds,
            megabytesPerSecond: Double(bytes) / 1e6 / seconds,
            // Linux counts in KiB.
            peakMemoryBytes: usage.ru_maxrss * 1_024
        )
    }

    private static func child(
        _ corpus: String,
        _ operation: EditOperation,
        in folder: String,
        index: String?
    ) throws -> EditMeasurement {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments =
            ["edit", corpus, "--operation", operation.rawValue, "--folder", folder]
            + (index.map { ["--index", $0] } ?? [])
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let report = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(EditMeasurement.self, from: report)
    }

    private static func table(_ measurements: [EditMeasurement]) -> String {
        var table = TextTable(
            .text(),
            .number("payload"),
            .number("time"),
            .number("MB/s"),
            .number("memory")
        )
        for measurement in measurements {
            table.add([
                measurement.operation.rawValue, Quantity.bytes(measurement.payloadBytes),
                Quantity.duration(.seconds(measurement.seconds)),
                "\(Int(measurement.megabytesPerSecond))",
                Quantity.bytes(measurement.peakMemoryBytes),
            ])
        }
        return table.rendered()
    }
}

/// What is measured of corpus-tool, in an order in which each finds what it needs.
enum EditOperation: String, CaseIterable, Codable, ExpressibleByArgument {
    case export, `import`, cut, concat, compact, redact

    /// - Returns: how many bytes of payload went through.
    func run(_ reader: CorpusReader, in folder: String, index: ItemIndex) async throws -> Int {
        let progress = EditingProgress()
        let messages = folder + "/export.pb"
        func corpus(_ name: String = rawValue) throws -> NewCorpus {
            try NewCorpus(
                path: folder + "/\(name).db",
                replacesExisting: true,
                index: index
            )
        }
        switch self {
        case .export:
            var export = CorpusExport()
            export.format = .proto
            export.path = messages
            export.replacesExisting = true
            return try export.run(reader, progress: progress).totals.payloadBytes
        case .import:
            return try await CorpusImport(files: [messages])
                .run(into: corpus(), progress: progress).totals.payloadBytes
        case .cut:
            let cut = CorpusCut(RequestSelection(from: .milliseconds(1)))
            return try await cut.run(reader, into: corpus(), progress: progress).payloadBytes
        case .concat:
            // The import lies on the same clock, but moves behind the corpus.
            let second = try CorpusReader(path: folder + "/import.db")
            return try await CorpusJoin(.sequence)
                .run([reader, second], into: corpus(), progress: progress).payloadBytes
        case .compact:
            return try await CorpusCopy.run(reader, into: corpus(), progress: progress)
                .payloadBytes
        case .redact:
            var rules = RedactionRules()
            rules.dropped = [try KeyPattern(parsing: "customer.*")]
            rules.hashed = [try KeyPattern(parsing: "order.id")]
            _ = try await CorpusRedaction(rules, secret: RedactionSecret())
                .run(reader, into: corpus(), progress: progress)
            // What goes in counts, not what is left.
            return try reader.totals().payloadBytes
        }
    }
}

/// What one operation took.
struct EditMeasurement: Codable {
    let operation: EditOperation
    let payloadBytes: Int
    let seconds: Double
    let megabytesPerSecond: Double
    let peakMemoryBytes: Int
}
