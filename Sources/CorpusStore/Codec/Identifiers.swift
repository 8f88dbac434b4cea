import Foundation

/// A 16-byte trace id, as two words in the machine's byte order: for comparing and hashing only.
struct TraceID: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    init(_ bytes: UnsafeRawPointer) {
        high = bytes.loadUnaligned(as: UInt64.self)
        low = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    }
}

extension TraceID {
    /// The id's bytes.
    var data: Data {
        withUnsafeBytes(of: (high, low)) { Data($0) }
    }
}

/// An 8-byte span id, in the machine's byte order: for comparing and hashing only.
struct SpanID: Hashable, Sendable {
    let word: UInt64

    init(_ bytes: UnsafeRawPointer) {
        word = bytes.loadUnaligned(as: UInt64.self)
    }
}
