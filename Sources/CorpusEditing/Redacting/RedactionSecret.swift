import Crypto

/// What hashes are keyed by, so that nobody without it can tell a value by trying.
///
/// It is in no corpus and in no report.
public struct RedactionSecret: Sendable {
    /// The least that a secret has, in bytes.
    public static let minimumBytes = 16
    private static let maximumBytes = 1 << 16

    /// Whether it was made up here, so that no other corpus has the same hashes.
    public let isGenerated: Bool
    let key: SymmetricKey

    /// A new one, which nothing keeps.
    public init() {
        key = SymmetricKey(size: .bits256)
        isGenerated = true
    }

    /// The contents of a file, without a line's end behind them.
    /// - Throws: ``EditingError``.
    public init(file path: String) throws {
        try self.init(
            InputFile.contents(of: path, limit: Self.maximumBytes),
            source: path
        )
    }

    /// The value of an environment variable.
    /// - Throws: ``EditingError/weakSecret(source:bytes:)``.
    public init(_ text: String, variable: String) throws(EditingError) {
        try self.init(Array(text.utf8), source: variable)
    }

    private init(_ bytes: [UInt8], source: String) throws(EditingError) {
        var secret = bytes[...]
        if secret.last == UInt8(ascii: "\n") { secret = secret.dropLast() }
        if secret.last == UInt8(ascii: "\r") { secret = secret.dropLast() }
        guard secret.count >= Self.minimumBytes else {
            throw .weakSecret(source: source, bytes: secret.count)
        }
        key = SymmetricKey(data: secret)
        isGenerated = false
    }
}
