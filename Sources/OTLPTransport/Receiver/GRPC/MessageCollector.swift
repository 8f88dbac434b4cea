import NIOCore

/// Collects the one message of a unary gRPC request out of its length-prefixed form (gRPC over
/// HTTP/2, "Length-Prefixed-Message"), inflating it on the way, within the bounds for bodies.
struct MessageCollector {
    private static let prefixBytes = 5

    /// That of messages which are marked as compressed.
    var encoding = BodyCollector.Encoding.identity

    private let limitBytes: Int
    private let budget: BodyBudget
    private var prefix: [UInt8] = []
    private var body: BodyCollector?
    private var missingBytes = 0

    /// A collector that has nothing yet.
    init(limitBytes: Int, budget: BodyBudget) {
        self.limitBytes = limitBytes
        self.budget = budget
    }

    mutating func append(_ part: ByteBuffer) throws(ExportRefusal) {
        var part = part
        if body == nil {
            let wanted = min(Self.prefixBytes - prefix.count, part.readableBytes)
            prefix += part.readBytes(length: wanted) ?? []
            guard prefix.count == Self.prefixBytes else { return }
            try begin()
        }
        guard part.readableBytes > 0 else { return }
        guard part.readableBytes <= missingBytes else {
            throw .malformed(reason: "more than one message in a request that takes one")
        }
        missingBytes -= part.readableBytes
        try body?.append(part)
    }

    /// The message, whole and inflated.
    mutating func finish() throws(ExportRefusal) -> [UInt8] {
        guard missingBytes == 0, let message = try body?.finish() else {
            throw .malformed(reason: "the message ends too early")
        }
        return message
    }

    /// Gives back what was taken of the budget, once nobody holds the message any more.
    mutating func release() {
        body?.release()
    }

    private mutating func begin() throws(ExportRefusal) {
        let isCompressed = prefix[0] == 1
        guard prefix[0] <= 1, !isCompressed || encoding == .compressed else {
            throw .malformed(reason: "a message is marked as compressed, its encoding isn't named")
        }
        missingBytes = prefix[1...].reduce(0) { $0 << 8 | Int($1) }
        body = try BodyCollector(
            encoding: isCompressed ? .compressed : .identity,
            announcedBytes: missingBytes,
            limitBytes: limitBytes,
            budget: budget
        )
    }
}
