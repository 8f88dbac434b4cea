import Foundation

/// Reads typed values out of environment variables; an empty one counts as unset, as the
/// specification says ("Parsing empty value").
struct EnvironmentReader {
    let environment: [String: String]

    func string(_ variable: String) -> String? {
        guard let value = environment[variable] else { return nil }
        let trimmed = value.trimmed
        return trimmed.isEmpty ? nil : trimmed
    }

    func count(_ variable: String, in allowed: ClosedRange<Int> = 1...10_000_000)
        throws(TelemetryConfigurationError) -> Int?
    {
        guard let text = string(variable) else { return nil }
        guard let value = Int(text), allowed.contains(value) else {
            throw .invalidNumber(variable: variable, value: text, allowed: allowed)
        }
        return value
    }

    /// A duration of at most a day, given in milliseconds, by the first variable that is set.
    func milliseconds(_ variables: String...) throws(TelemetryConfigurationError) -> Duration? {
        for variable in variables {
            if let count = try count(variable, in: 1...86_400_000) {
                return .milliseconds(count)
            }
        }
        return nil
    }

    func url(_ variable: String) throws(TelemetryConfigurationError) -> String? {
        guard let text = string(variable) else { return nil }
        guard let url = URL(string: text), url.host()?.isEmpty == false,
            url.scheme == "http" || url.scheme == "https"
        else {
            // What stands before an @ may be a password.
            let shown = text.contains("@") ? "…" : text
            throw .invalidURL(variable: variable, value: shown)
        }
        return text
    }

    /// A `key=value,…` list with percent-encoded keys and values (W3C Baggage, without properties).
    func list(
        _ variable: String,
        where isValid: (_ key: String, _ value: String) -> Bool = { _, _ in true }
    ) throws(TelemetryConfigurationError) -> [String: String]? {
        guard let text = string(variable) else { return nil }
        var entries: [String: String] = [:]
        for (index, entry) in text.split(separator: ",", omittingEmptySubsequences: false)
            .enumerated() where !entry.trimmed.isEmpty
        {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2,
                let key = parts[0].trimmed.removingPercentEncoding, !key.isEmpty,
                let value = parts[1].trimmed.removingPercentEncoding, isValid(key, value)
            else { throw .malformedEntry(variable: variable, entry: index + 1) }
            entries[key] = value
        }
        return entries
    }

    /// The list of the first variable that is set; its keys must be header field names, and its
    /// values fit for a header field (RFC 9110, sections 5.1 and 5.5).
    func headers(_ variables: String...) throws(TelemetryConfigurationError) -> [String: String] {
        guard let variable = variables.first(where: { string($0) != nil }) else { return [:] }
        return try list(variable) { key, value in
            key.utf8.allSatisfy {
                (0x21...0x7e).contains($0) && !#"(),/:;<=>?@[\]{}""#.utf8.contains($0)
            } && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        } ?? [:]
    }

    func require(
        _ variable: String,
        oneOf supported: [String]
    ) throws(TelemetryConfigurationError) {
        if let value = string(variable), !supported.contains(value) {
            throw .unsupported(variable: variable, value: value, supported: supported)
        }
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        let withoutTail = reversed().drop(while: \.isWhitespace)
        return String(withoutTail.reversed().drop(while: \.isWhitespace))
    }
}
