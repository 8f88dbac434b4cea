public import CorpusStore
public import OTLP

/// What recovering a corpus saved, and what it could not.
public struct RecoveryResult: Sendable {
    /// A run of export requests that are lost.
    public struct Loss: Equatable, Sendable {
        /// Their numbers in the damaged corpus.
        public let numbers: ClosedRange<Int64>
        /// The earliest arrival that one can have had; nil where nothing is known.
        public let from: Timestamp?
        /// The latest.
        public let until: Timestamp?
        /// How many of each signal, as far as that is known.
        public let requests: [Signal: Int]

        /// How many there are of whose signal nothing is known.
        public var unknownRequests: Int {
            numbers.count - requests.values.reduce(0, +)
        }
    }

    /// What the new corpus holds.
    public internal(set) var totals = CorpusTotals()
    /// What is lost, in order.
    public internal(set) var losses: [Loss] = []
    /// The highest number that an export request, saved or lost, is known to have had.
    public internal(set) var lastNumber: Int64 = 0
    /// Whether what is left of the file proves that no other one came after it.
    public internal(set) var isEndKnown = false
    /// Whether it is known when and how the corpus was recorded.
    public internal(set) var isDescribed = true
    /// Whether what was saved has the digest that the damaged corpus gives; nil where it gives none.
    public internal(set) var matchesDigest: Bool?

    /// Whether everything that was recorded is in the new corpus.
    public var isWhole: Bool {
        losses.isEmpty && isEndKnown && isDescribed && matchesDigest != false
    }

    init() {}
}
