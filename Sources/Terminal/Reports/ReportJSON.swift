import Foundation

/// The one way reports are written as JSON: indented, keys sorted so that equal reports are equal
/// texts, in snake case, slashes as they are.
public enum ReportJSON {
    /// The report's text, without a newline at its end.
    ///
    /// - Throws: `EncodingError` for numbers that JSON has no form for: infinities and NaN.
    public static func encode(_ report: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }
}
