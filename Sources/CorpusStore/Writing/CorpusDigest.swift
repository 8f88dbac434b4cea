import Crypto
import OTLP

/// A digest over export requests in their order, from what is known of each: equal contents have
/// equal digests whatever the block layout.
public struct CorpusDigest {
    private var hash = SHA256()

    /// A digest of nothing.
    public init() {}

    /// Adds a request.
    public mutating func add(_ prepared: PreparedRequest) {
        add(prepared.request.signal, sha256: prepared.sha256)
    }

    /// Adds a request by its signal and the SHA-256 of its payload.
    mutating func add(_ signal: Signal, sha256: some Sequence<UInt8>) {
        hash.update(data: [signal.code] + sha256)
    }

    /// "sha256:" and 64 hex digits.
    public var text: String { "sha256:" + hash.finalize().hexadecimal }
}

extension Sequence<UInt8> {
    /// Two lowercase hex digits a byte.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        let text = flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
