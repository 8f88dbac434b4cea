public import OTLP

/// When and how a corpus was recorded.
public struct Recording: Equatable, Sendable {
    /// When the recording began.
    public let started: Timestamp
    /// When it ended; nil when it did not end cleanly.
    public let ended: Timestamp?
    /// Whether it ended cleanly.
    public let isComplete: Bool
    /// How it was made: a JSON object.
    public let settings: String
    /// "sha256:" and 64 hex digits over all payloads in order; nil when it did not end cleanly.
    public let digest: String?
}
