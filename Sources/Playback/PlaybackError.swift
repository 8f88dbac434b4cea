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
    /// The start lies too far in the past or the future.
    case invalidStart(String)
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
        case .invalidStart(let text):
            "'\(text)' is not a time to start at; write it as 2026-01-31T12:00:00Z, in the future"
        }
    }
}
