public import CorpusStore
import OTLP

/// Which part of a corpus a replay sends.
public struct ReplaySelection: Equatable, Sendable {
    /// The part that is sent, by however many replayers.
    ///
    /// Chosen traces are sent whole: those that begin in the window, to their end.
    public var requests: RequestSelection
    /// This replayer's share of the requests, or of the chosen traces, where several send a corpus
    /// together.
    public var shard: Shard?

    /// The whole corpus, unless told otherwise.
    public init(_ requests: RequestSelection = RequestSelection(), shard: Shard? = nil) {
        self.requests = requests
        self.shard = shard
    }

    /// Whether it chooses inside of requests, so that only their bytes tell what is sent.
    var cutsRequests: Bool { requests.service != nil || requests.traces != nil }
}

/// A replayer's share of a corpus that several replay together: every N-th export request, or,
/// where traces are chosen, whole traces by their ids.
///
/// Due times and timestamps are those of the whole replay, so that N replayers that start at one
/// instant send what one would. Request number k, counted from 0, belongs to share k mod N.
public struct Shard: Equatable, Sendable {
    /// Which share, from 0 to ``count`` − 1.
    public let index: Int
    /// How many shares there are.
    public let count: Int

    /// Reads `I/N`, as in `0/3`, `1/3` and `2/3`.
    /// - Throws: ``PlaybackError/invalidShard(_:)`` for anything else.
    public init(parsing text: String) throws(PlaybackError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]),
            (1...1_000_000).contains(count), (0..<count).contains(index)
        else { throw .invalidShard(text) }
        self.index = index
        self.count = count
    }

    func contains(_ number: Int64) -> Bool {
        (number - 1) % Int64(count) == Int64(index)
    }
}

extension Shard: CustomStringConvertible {
    /// The shard as the command line takes it.
    public var description: String { "\(index)/\(count)" }
}

/// A selection as it applies to one corpus, for everything but the service.
struct RequestFilter: Sendable {
    private let signals: Set<Signal>
    private let arrivals: Range<UInt64>
    private let shard: Shard?

    init(_ selection: ReplaySelection, firstArrival: Timestamp) {
        signals = selection.requests.signals
        let window = selection.requests.arrivals(firstArrival: firstArrival)
        // Whatever belongs to a chosen trace is sent, whenever it came and in whatever request.
        let choosesTraces = selection.requests.traces != nil
        arrivals = choosesTraces ? window.lowerBound..<UInt64.max : window
        shard = choosesTraces ? nil : selection.shard
    }

    func contains(_ number: Int64, _ signal: Signal, _ arrival: Timestamp) -> Bool {
        signals.contains(signal) && arrivals.contains(arrival.unixNanoseconds)
            && shard?.contains(number) ?? true
    }

    /// Whether a block with arrivals from the first to the last may hold anything selected.
    func overlaps(_ first: Timestamp, _ last: Timestamp) -> Bool {
        first.unixNanoseconds < arrivals.upperBound && last.unixNanoseconds >= arrivals.lowerBound
    }
}
