import Crypto
import Foundation

/// Hashes values: the first 128 bits of the HMAC-SHA256 of a text, four bits a letter.
///
/// The letters are consonants, so that neither a number nor a word comes out by chance and is taken
/// for a value that was left.
struct ValueHash {
    static let letterCount = 32
    private static let letters = Array("bcdfghjklmnpqrst".utf8)
    private static let rememberedLimit = 1 << 16

    private let key: SymmetricKey
    /// The hashes of the latest values, by what Swift's own hash makes of each.
    private var remembered: [Int: [UInt8]] = [:]

    init(_ secret: RedactionSecret) {
        key = secret.key
    }

    mutating func hash(of text: UnsafeRawBufferPointer) -> [UInt8] {
        var hasher = Hasher()
        hasher.combine(bytes: text)
        let fingerprint = hasher.finalize()
        if let known = remembered[fingerprint] { return known }
        var hash: [UInt8] = []
        hash.reserveCapacity(Self.letterCount)
        for byte in HMAC<SHA256>.authenticationCode(for: text, using: key) {
            guard hash.count < Self.letterCount else { break }
            hash.append(Self.letters[Int(byte >> 4)])
            hash.append(Self.letters[Int(byte & 15)])
        }
        if remembered.count >= Self.rememberedLimit { remembered.removeAll() }
        remembered[fingerprint] = hash
        return hash
    }
}
