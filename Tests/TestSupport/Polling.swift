/// Nothing came within all the tries of a poll.
public struct PollingFailure: Error, CustomStringConvertible {
    /// How often it was tried, and for what.
    public let description: String
}

/// Tries until there is a value, a fiftieth of a second apart.
///
/// - Throws: ``PollingFailure`` after so many tries; what the attempt throws.
@discardableResult
public func poll<Value>(
    for what: String,
    tries: Int = 6_000,
    _ attempt: () async throws -> Value?
) async throws -> Value {
    for _ in 0..<tries {
        if let value = try await attempt() { return value }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw PollingFailure(description: "no \(what) after \(tries) tries")
}
