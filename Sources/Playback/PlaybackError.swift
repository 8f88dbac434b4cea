import Terminal

/// What can keep a replay from beginning or from going on.
public enum PlaybackError: Error, Equatable {
    /// A speed that isn't one.
    case invalidSpeed(String)
    /// The corpus holds no export request.
    case emptyCorpus(path: String)
    /// The selection holds no export request.
    case emptySelection(path: String)
    /// A shard that isn't one.
    case invalidShard(String)
    /// A report that can't be read.
    case invalidReport(path: String, reason: String)
    /// Fewer than two runs to compare.
    case tooFewRuns(Int)
    /// Nothing listens at the backend's address.
    case unreachable(url: String)
    /// The start passed too long ago to be kept to.
    case passedStart(secondsAgo: Int)
    /// A block that can't be read, of requests that arrived then, since the recording's first.
    case damagedBlock(reason: String, requests: Int, first: Duration, last: Duration)
}

extension PlaybackError: CustomStringConvertible {
    /// One line that says what is wrong and what to do.
    public var description: String {
        switch self {
        case .invalidSpeed(let text):
            "'\(text)' is not a speed; write 10x, 0.5x or max"
        case .emptyCorpus(let path):
            "\(path): the corpus holds no export request, so there is nothing to replay"
        case .emptySelection(let path):
            "\(path): no export request is selected; see corpus-stats for what there is, and check "
                + "--signals, --from, --until, --shard, --service and --traces-with"
        case .invalidShard(let text):
            "'\(text)' is not a shard; write 0/3, 1/3 or 2/3"
        case .invalidReport(let path, let reason):
            "\(path): not a report of replay: \(reason)"
        case .tooFewRuns(let count):
            "\(count) runs can't be compared; give at least two reports"
        case .unreachable(let url):
            "nothing listens at \(url); start the backend, or leave --to away to use ours"
        case .passedStart(let seconds):
            "the time to start at passed \(seconds) s ago; give --start-at a time to come (one that "
                + "passed up to \(Player.latestStart.components.seconds) s ago is kept to)"
        case .damagedBlock(let reason, let requests, let first, let last):
            "\(reason); it holds \(requests) export requests, \(Quantity.duration(first)) to "
                + "\(Quantity.duration(last)) into the recording; --skip-corrupt leaves them out"
        }
    }
}
