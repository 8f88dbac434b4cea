public import OTLP

/// What tells two corpora apart.
///
/// Encoded with snake-case keys it is the JSON that `corpus-tool diff --json` prints.
public struct CorpusDifference: Encodable, Sendable {
    /// A corpus.
    public struct Side: Encodable, Sendable {
        /// The file.
        public let corpus: String
        /// How many export requests it holds.
        public internal(set) var exportRequests = 0
        /// "sha256:" and 64 hex digits over all payloads in order.
        public let digest: String?
    }

    /// A place where they differ.
    public struct Place: Encodable, Sendable {
        /// What an export request holds.
        public struct Request: Encodable, Sendable {
            /// Its number in its corpus.
            public let number: Int64
            /// What it holds, in its items' own terms.
            public let content: String
        }

        /// What stands there in the first corpus; nil where only the second one has something.
        public let a: Request?
        /// What stands there in the second corpus; nil where only the first one has something.
        public let b: Request?
        /// The first thing in which the two differ.
        public let detail: String?
    }

    /// How many items of a name both have, where that differs.
    public struct Count: Encodable, Sendable {
        /// The signal.
        public let signal: Signal
        /// `service.name`.
        public let service: String
        /// The name of the spans or the metric, or the severity of the log records.
        public let name: String
        /// How many the first corpus has.
        public let a: Int
        /// How many the second corpus has.
        public let b: Int
    }

    /// The report's version.
    public let version = 1
    /// Whether both hold the same payloads in the same order.
    public var same: Bool { changedRequests == 0 && onlyInA == 0 && onlyInB == 0 }
    /// The first corpus.
    public internal(set) var a: Side
    /// The second corpus.
    public internal(set) var b: Side
    /// Export requests that stand in the same place and are not the same.
    public internal(set) var changedRequests = 0
    /// Export requests that only the first corpus has.
    public internal(set) var onlyInA = 0
    /// Export requests that only the second corpus has.
    public internal(set) var onlyInB = 0
    /// The first places where they differ.
    public internal(set) var differences: [Place] = []
    /// Where the numbers of items differ, by signal, service and name.
    public internal(set) var counts: [Count] = []

    private enum CodingKeys: CodingKey {
        case version, same, a, b, changedRequests, onlyInA, onlyInB, differences, counts
    }

    /// Writes all of it, `same` included.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(same, forKey: .same)
        try container.encode(a, forKey: .a)
        try container.encode(b, forKey: .b)
        try container.encode(changedRequests, forKey: .changedRequests)
        try container.encode(onlyInA, forKey: .onlyInA)
        try container.encode(onlyInB, forKey: .onlyInB)
        try container.encode(differences, forKey: .differences)
        try container.encode(counts, forKey: .counts)
    }
}
