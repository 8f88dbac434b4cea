import Foundation
import OTLP

/// Reads a `Retry-After` field: seconds, or a date (RFC 9110, section 10.2.3).
///
/// A date in the past is no wait at all.
/// - Returns: `nil` for what is neither.
func retryAfter(_ field: String, at now: Timestamp) -> Duration? {
    if let seconds = Int64(field) {
        return seconds >= 0 ? .seconds(min(Double(seconds), longestWaitInSeconds)) : nil
    }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(secondsFromGMT: 0)
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    guard let date = format.date(from: field) else { return nil }
    let seconds = date.timeIntervalSince1970 - Double(now.unixNanoseconds) / 1e9
    return .seconds(min(max(0, seconds), longestWaitInSeconds))
}

/// A year: beyond any timeout, and it keeps later sums in range.
private let longestWaitInSeconds = 31_536_000.0
