import NIOCore
import StreamCompression

/// Collects the body of one export request, inflating it on the way, within the bound for one body
/// and the budget for all.
struct BodyCollector {
    /// How the bytes of a body are encoded (RFC 9110, section 8.4).
    enum Encoding {
        case identity
        /// gzip, or the zlib format that HTTP calls deflate: each says which one it is.
        case compressed
    }

    // A long body is collected in parts of this size: one array that grows is copied again and again,
    // of a body of many megabytes for so long that others notice.
    private static let partBytes = 256 * 1024

    // What is inflated at once comes to a thousand times as much at most.
    private static let pieceBytes = 512
    // How much is inflated before others have their turn, about a third of a millisecond.
    private static let turnBytes = 256 * 1024

    // Telemetry becomes 5 to 50 times smaller.
    private static let suspectRatio = 150

    private let limitBytes: Int
    private let budget: BodyBudget
    private let inflater: Inflater?
    private var takenBytes = 0
    private var compressedBytes = 0
    private var sinceYieldBytes = 0
    /// All full parts, and the one that is being filled.
    private var parts: [[UInt8]] = []
    private var bytes: [UInt8] = []

    /// A collector that has nothing yet; `announcedBytes` is the length that the head gives.
    init(
        encoding: Encoding,
        announcedBytes: Int?,
        limitBytes: Int,
        budget: BodyBudget
    ) throws(ExportRefusal) {
        self.limitBytes = limitBytes
        self.budget = budget
        do throws(InflationFault) {
            inflater = encoding == .compressed ? try Inflater() : nil
        } catch {
            throw ExportRefusal(error)
        }
        if let announcedBytes {
            // Of a compressed body, the length says only how much is to be read.
            guard announcedBytes <= limitBytes else { throw .tooLong(limitBytes: limitBytes) }
            bytes.reserveCapacity(min(max(0, announcedBytes), Self.partBytes))
        }
    }

    /// Takes the next bytes of the body.
    ///
    /// Inflating lets other tasks go on again and again: a few bytes can come to many megabytes,
    /// and all connections share a thread a core.
    mutating func append(_ chunk: ByteBuffer) async throws(ExportRefusal) {
        guard let inflater else {
            try take(chunk.readableBytes)
            chunk.readableBytesSpan.withUnsafeBytes { keep($0) }
            return
        }
        var rest = chunk
        while let piece = rest.readSlice(length: min(rest.readableBytes, Self.pieceBytes)),
            piece.readableBytes > 0
        {
            let before = takenBytes
            compressedBytes += piece.readableBytes
            try inflate(piece, with: inflater)
            sinceYieldBytes += takenBytes - before
            if sinceYieldBytes >= Self.turnBytes {
                sinceYieldBytes = 0
                await pause()
            }
        }
    }

    /// Lets others go on; for longer when the body inflates as no telemetry does, whose sender would
    /// otherwise keep a core busy with next to no bytes.
    private func pause() async {
        if takenBytes / Self.suspectRatio > compressedBytes {
            // Cut short when the task is cancelled, which the caller finds out.
            try? await Task.sleep(for: .milliseconds(2))
        } else {
            await Task.yield()
        }
    }

    private mutating func inflate(
        _ piece: ByteBuffer,
        with inflater: Inflater
    ) throws(ExportRefusal) {
        try piece.readableBytesSpan.withUnsafeBytes { input throws(ExportRefusal) in
            inflater.feed(input)
            while let part = try Self.next(of: inflater) {
                try take(part.count)
                keep(part)
            }
        }
    }

    /// The whole body.
    mutating func finish() throws(ExportRefusal) -> [UInt8] {
        do throws(InflationFault) {
            try inflater?.finish()
        } catch {
            throw ExportRefusal(error)
        }
        let (parts, last) = (parts, bytes)
        (self.parts, bytes) = ([], [])
        guard !parts.isEmpty else { return last }
        var body: [UInt8] = []
        body.reserveCapacity(parts.count * Self.partBytes + last.count)
        for part in parts { body += part }
        body += last
        return body
    }

    /// Takes what working on the body will need, of the budget alone.
    mutating func charge(_ bytes: Int) throws(ExportRefusal) {
        guard bytes <= budget.limitBytes else { throw .tooLong(limitBytes: limitBytes) }
        guard budget.take(bytes) else { throw .full(retryAfter: .seconds(1)) }
        takenBytes += bytes
    }

    /// Gives back what was taken of the budget, once nobody holds the body any more.
    mutating func release() {
        budget.giveBack(takenBytes)
        takenBytes = 0
    }

    private mutating func keep(_ piece: UnsafeRawBufferPointer) {
        var rest = piece[...]
        while rest.count > Self.partBytes - bytes.count {
            let fitting = rest.prefix(Self.partBytes - bytes.count)
            bytes.append(contentsOf: fitting)
            parts.append(bytes)
            bytes = []
            bytes.reserveCapacity(Self.partBytes)
            rest = rest.dropFirst(fitting.count)
        }
        bytes.append(contentsOf: rest)
    }

    private mutating func take(_ count: Int) throws(ExportRefusal) {
        guard count <= limitBytes - takenBytes else { throw .tooLong(limitBytes: limitBytes) }
        guard budget.take(count) else { throw .full(retryAfter: .seconds(1)) }
        takenBytes += count
    }

    private static func next(
        of inflater: Inflater
    ) throws(ExportRefusal) -> UnsafeRawBufferPointer? {
        do throws(InflationFault) {
            return try inflater.next()
        } catch {
            throw ExportRefusal(error)
        }
    }
}

extension ExportRefusal {
    init(_ fault: InflationFault) {
        switch fault {
        case .damaged: self = .malformed(reason: "the body is not well-formed gzip or deflate")
        case .truncated: self = .malformed(reason: "the compressed body ends too early")
        case .outOfMemory: self = .full(retryAfter: .seconds(1))
        }
    }
}
