/// What can keep a replay from beginning or from going on.
public enum PlaybackError: Error, Equatable {
    /// A speed that isn't one.
    case invalidSpeed(String)
    /// The corpus holds no export request.
    case emptyCorpus(path: String)
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
        case .unreachable(let url):
            "nothing listens at \(url); start the backend, or leave --to away to use ours"
        case .invalidStart(let text):
            "'\(text)' is not a time to start at; write it as 2026-01-31T12:00:00Z, in the future"
        }
    }
}
