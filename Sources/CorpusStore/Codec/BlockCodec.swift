public import OTLP

/// The block codec by itself, without a file: for measuring it and for handing it damaged bytes.
///
/// A corpus is written by ``CorpusWriter`` and read by ``CorpusReader``; both use the same codec.
public enum BlockCodec {
    /// The libraries that are installed, the one in use last.
    public static var libraries: [Compression] { Compression.available }

    /// How many bytes of payload a block holds, about, unless a writer is told otherwise.
    ///
    /// Measured in tools/bench/README.md: half as much costs 8 % more space; twice as much saves
    /// less, and a replay keeps whole blocks in memory.
    public static let defaultBlockBytes = 4 << 20

    /// An export request with what the scanner found in it, the codec's input.
    public struct Input: Sendable {
        let request: ExportRequest
        let scan: RequestScan

        /// Scans the request.
        /// - Throws: `WireError` where the payload is not a well-formed export request.
        public init(_ request: ExportRequest) throws {
            self.request = request
            scan = try RequestScan(request.signal, payload: request.payload)
        }

        /// The payload with its timestamps and ids zeroed.
        public var skeleton: [UInt8] {
            PreparedRequest.skeleton(of: request.payload, holes: scan.holes)
        }
    }

    /// A block of the requests, each trace's anchor being its first timestamp in them.
    ///
    /// `level` is the library's, from 1 (quick) to 9 (small).
    /// - Throws: an error that says what is wrong, when the payloads exceed 512 MiB.
    public static func encode(
        _ inputs: some Sequence<Input>,
        level: Int32 = 6,
        library: Compression
    ) throws -> [UInt8] {
        try encoder(inputs).finish(level: level, library: library)
    }

    private static func encoder(_ inputs: some Sequence<Input>) throws -> BlockEncoder {
        var encoder = BlockEncoder()
        for input in inputs {
            try encoder.append(input.request, input.scan) { id in firstTime(of: id, in: input) }
        }
        return encoder
    }

    private static func firstTime(of id: TraceID, in input: Input) -> UInt64 {
        let item = input.request.payload.withUnsafeBytes { payload in
            input.scan.items.first { item in
                guard item.traceIDOffset >= 0, let base = payload.baseAddress else { return false }
                return TraceID(base + Int(item.traceIDOffset)) == id
            }
        }
        guard let item else { return input.request.arrival.unixNanoseconds }
        return item.startUnixNanoseconds != 0 ? item.startUnixNanoseconds : item.timeUnixNanoseconds
    }

    /// Fills the first `requests` export requests of a block one after the other into the buffer.
    ///
    /// - Returns: how many bytes they take.
    /// - Throws: an error that says what is wrong with the block, or that the buffer is too short.
    public static func decode(
        _ block: [UInt8],
        requests: Int,
        mapping: TimestampMapping = .keep,
        ids: IdentifierMapping = .keep,
        library: Compression,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws -> Int {
        var decoder = try BlockDecoder(block, mapping: mapping, ids: ids, library: library)
        var end = 0
        for _ in 0..<requests {
            let row = try decoder.next()
            guard row.payloadBytes <= buffer.count - end else {
                throw CodecError("the payloads don't fit in \(buffer.count) bytes")
            }
            let place = UnsafeMutableRawBufferPointer(
                rebasing: buffer[end..<(end + row.payloadBytes)]
            )
            try decoder.fill(row, into: place)
            end += row.payloadBytes
        }
        return end
    }

    /// A part of a block before it is compressed.
    public struct Section: Sendable {
        /// What it holds.
        public var name: String { "\(section)" }
        /// Its bytes.
        public var bytes: [UInt8]
        /// How many bytes it takes in the block it was read from.
        public let storedBytes: Int
        let section: BlockLayout.Section
        let isDeflated: Bool
    }

    /// The sections of a block, inflated, those of the same name apart.
    ///
    /// - Throws: an error that says what is wrong with the block.
    public static func sections(
        of block: [UInt8],
        library: Compression
    ) throws -> [Section] {
        let inflater = Inflater(library: library)
        return try BlockFrame.rows(block).map { row in
            var bytes = Array(block[row.stored])
            if row.isDeflated {
                bytes = [UInt8](repeating: 0, count: row.length)
                try bytes.withUnsafeMutableBytes {
                    try inflater.inflate(block[row.stored], into: $0)
                }
            }
            return Section(
                bytes: bytes,
                storedBytes: row.stored.count,
                section: row.section,
                isDeflated: row.isDeflated
            )
        }
    }

    /// A block of the given sections, all stored as they are.
    public static func block(of sections: [Section]) -> [UInt8] {
        BlockFrame.stored(sections.map { ($0.section, $0.bytes) })
    }

    /// Inflates the streams of a block and does nothing else: the time that decoding is held to.
    ///
    /// - Returns: how many bytes they inflate to.
    /// - Throws: an error that says what is wrong with the block.
    public static func inflate(_ block: [UInt8], library: Compression) throws -> Int {
        let memory = try BlockMemory.inflated(block, library: library)
        return memory.byteCount
    }

    /// Deflates sections and does nothing else: the time that encoding is held to.
    ///
    /// - Returns: how many bytes the streams take.
    /// - Throws: an error when memory runs out.
    public static func deflate(
        _ sections: [Section],
        level: Int32 = 6,
        library: Compression
    ) throws -> Int {
        let deflater = Deflater(level: level, library: library)
        return try sections.reduce(0) { total, section in
            guard section.isDeflated else { return total + section.bytes.count }
            return total + (try deflater.deflate(section.bytes)).count
        }
    }

    /// The zlib stream of the bytes.
    /// - Throws: an error when memory runs out.
    public static func stream(
        of bytes: [UInt8],
        level: Int32 = 6,
        library: Compression
    ) throws -> [UInt8] {
        try Deflater(level: level, library: library).deflate(bytes)
    }

    /// Inflates one zlib stream into a buffer that it fills exactly.
    /// - Throws: an error when the stream is damaged or of another length.
    public static func inflate(
        stream: [UInt8],
        into buffer: UnsafeMutableRawBufferPointer,
        library: Compression
    ) throws {
        try Inflater(library: library).inflate(stream[...], into: buffer)
    }
}
