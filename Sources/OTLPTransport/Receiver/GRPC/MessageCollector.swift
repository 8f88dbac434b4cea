import NIOCore

/// Collects the one message of a unary gRPC request out of its length-prefixed form (gRPC over
/// HTTP/2, "Length-Prefixed-Message"), within the bounds for bodies.
struct MessageCollector {
    private static let prefixBytes = 5
    // A client's announcement alone makes nobody set aside more than this.
    private static let largestReserve = 256 * 1024

    private let limitBytes: Int
    private let budget: BodyBudget
    private var prefix: [UInt8] = []
    private var message = ByteBuffer()
    private var missingBytes = 0
    private var takenBytes = 0

    /// A collector that has nothing yet.
    init(limitBytes: Int, budget: BodyBudget) {
        self.limitBytes = limitBytes
        self.budget = budget
    }

    /// Whether the message is marked as compressed.
    var isCompressed: Bool { prefix.first == 1 }

    mutating func append(_ part: ByteBuffer) throws(ExportRefusal) {
        var part = part
        if prefix.count < Self.prefixBytes {
            let wanted = min(Self.prefixBytes - prefix.count, part.readableBytes)
            prefix += part.readBytes(length: wanted) ?? []
            guard prefix.count == Self.prefixBytes else { return }
            try begin()
        }
        guard part.readableBytes > 0 else { return }
        guard part.readableBytes <= missingBytes else {
            throw .malformed(reason: "more than one message in a request that takes one")
        }
        guard budget.take(part.readableBytes) else { throw .full(retryAfter: .seconds(1)) }
        takenBytes += part.readableBytes
        missingBytes -= part.readableBytes
        message.writeImmutableBuffer(part)
    }

    /// The message as it was sent.
    mutating func finish() throws(ExportRefusal) -> ByteBuffer {
        guard prefix.count == Self.prefixBytes, missingBytes == 0 else {
            throw .malformed(reason: "the message ends too early")
        }
        defer { message = ByteBuffer() }
        return message
    }

    /// Gives back what was taken of the budget, once nobody holds the message any more.
    mutating func release() {
        budget.giveBack(takenBytes)
        takenBytes = 0
    }

    private mutating func begin() throws(ExportRefusal) {
        guard prefix[0] <= 1 else {
            throw .malformed(reason: "a message is marked neither as compressed nor as not")
        }
        missingBytes = prefix[1...].reduce(0) { $0 << 8 | Int($1) }
        guard missingBytes <= limitBytes else { throw .tooLong(limitBytes: limitBytes) }
        message.reserveCapacity(min(missingBytes, Self.largestReserve))
    }
}
