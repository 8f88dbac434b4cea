import CorpusStore
import Foundation
import OTLP

/// The export requests that are measured, in runs of a block each.
struct CodecSample {
    let requests: [ExportRequest]
    let runs: [[BlockCodec.Input]]
    let payloadBytes: Int

    init(_ requests: [ExportRequest], blockBytes: Int) throws {
        var runs: [[BlockCodec.Input]] = []
        var bytes = blockBytes
        for request in requests {
            if bytes >= blockBytes {
                runs.append([])
                bytes = 0
            }
            runs[runs.count - 1].append(try BlockCodec.Input(request))
            bytes += request.payload.count
        }
        self.runs = runs
        self.requests = requests
        payloadBytes = requests.reduce(0) { $0 + $1.payload.count }
    }

    /// How fast the payloads went through, in MB a second, the second time they did: the first
    /// takes out of the caches what was measured before.
    func megabytesPerSecond(_ body: () throws -> Void) rethrows -> Double {
        try body()
        let elapsed = try ContinuousClock().measure(body)
        return Double(payloadBytes) / 1e6 / (elapsed / .seconds(1))
    }

    /// How many server spans there are: one an order.
    func serverSpans() throws -> Int {
        try requests.filter { $0.signal == .traces }.reduce(0) { total, request in
            let scan = try RequestScan(.traces, payload: request.payload)
            return total + scan.items.count { $0.kind == 2 }
        }
    }

    /// The compression ratio of each way of storing the payloads.
    func sizes() throws -> [(name: String, ratio: Double)] {
        var sizes: [(name: String, ratio: Double)] = []
        let single = try requests.reduce(0) {
            $0 + (try BlockCodec.stream(of: $1.payload, library: .zlib)).count
        }
        sizes.append(("zlib -6 a request", Double(payloadBytes) / Double(single)))
        if let ratio = try zstandardRatio() { sizes.append(("zstd -19 on blocks of 1 MB", ratio)) }
        for library in BlockCodec.libraries {
            let stored = try runs.reduce(0) {
                $0 + (try BlockCodec.encode($1, library: library)).count
            }
            sizes.append(("corpus, \(library.rawValue)", Double(payloadBytes) / Double(stored)))
        }
        return sizes
    }

    /// Of at most 16 blocks evenly spread, since zstd -19 takes a second for each; nil where the
    /// program is not installed.
    private func zstandardRatio() throws -> Double? {
        var blocks: [[UInt8]] = [[]]
        for request in requests {
            if blocks[blocks.count - 1].count >= 1 << 20 { blocks.append([]) }
            blocks[blocks.count - 1] += request.payload
        }
        let step = max(1, blocks.count / 16)
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        var (whole, compressed) = (0, 0)
        for index in stride(from: 0, to: blocks.count, by: step) {
            try Data(blocks[index]).write(to: file)
            let zstd = Process()
            zstd.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            zstd.arguments = ["zstd", "-19", "--quiet", "--stdout", file.path]
            let output = Pipe()
            zstd.standardOutput = output
            zstd.standardError = FileHandle.nullDevice
            try zstd.run()
            let bytes = try output.fileHandleForReading.readToEnd()?.count ?? 0
            zstd.waitUntilExit()
            guard zstd.terminationStatus == 0 else { return nil }
            whole += blocks[index].count
            compressed += bytes
        }
        return compressed > 0 ? Double(whole) / Double(compressed) : nil
    }

    /// The sample as blocks of one library's.
    struct Encoded {
        private let sample: CodecSample
        private let library: Compression
        private let blocks: [[UInt8]]
        private let sections: [[BlockCodec.Section]]
        private let skeletons: [(stream: [UInt8], length: Int)]
        private let output: Output
        private let mapping: TimestampMapping

        init(_ sample: CodecSample, library: Compression) throws {
            self.sample = sample
            self.library = library
            blocks = try sample.runs.map { try BlockCodec.encode($0, library: library) }
            sections = try blocks.map { try BlockCodec.sections(of: $0, library: library) }
            skeletons = try sample.runs.map { run in
                let bytes = run.flatMap(\.skeleton)
                return (try BlockCodec.stream(of: bytes, library: library), bytes.count)
            }
            output = Output(byteCount: skeletons.map(\.length).max() ?? 0)
            let origin = sample.requests.first?.arrival.unixNanoseconds ?? 0
            mapping = TimestampMapping(
                mode: .shift,
                originUnixNanoseconds: origin,
                startUnixNanoseconds: origin + 86_400_000_000_000,
                speed: CorpusStore.Speed(numerator: 10, denominator: 1) ?? .recorded
            )
        }

        /// Payload over blocks.
        var ratio: Double {
            Double(sample.payloadBytes) / Double(blocks.reduce(0) { $0 + $1.count })
        }

        func encode() throws {
            for run in sample.runs { _ = try BlockCodec.encode(run, library: library) }
        }

        func deflate() throws {
            for block in sections { _ = try BlockCodec.deflate(block, library: library) }
        }

        /// Timestamps rewritten, at ten times the speed.
        func decode(ids: IdentifierMapping) throws {
            for (block, run) in zip(blocks, sample.runs) {
                _ = try BlockCodec.decode(
                    block,
                    requests: run.count,
                    mapping: mapping,
                    ids: ids,
                    library: library,
                    into: output.bytes
                )
            }
        }

        func inflate() throws {
            for block in blocks { _ = try BlockCodec.inflate(block, library: library) }
        }

        /// The payloads with their holes zeroed, as one stream a block: what blocks would be
        /// without templates and columns.
        func inflateSkeletons() throws {
            for skeleton in skeletons {
                try BlockCodec.inflate(
                    stream: skeleton.stream,
                    into: UnsafeMutableRawBufferPointer(rebasing: output.bytes[..<skeleton.length]),
                    library: library
                )
            }
        }
    }

    /// Where payloads are decoded to, one block's over the other's, as an array could be only by
    /// copying it first.
    private final class Output {
        let bytes: UnsafeMutableRawBufferPointer

        init(byteCount: Int) {
            bytes = .allocate(byteCount: byteCount, alignment: 16)
            bytes.initializeMemory(as: UInt8.self, repeating: 0)
        }

        deinit { bytes.deallocate() }
    }
}
