#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import Synchronization

/// The id of a trace: 16 bytes, not all zero (W3C Trace Context, section 3.2.2.3, "trace-id").
public struct TraceID: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    /// An id of two halves, the first bytes first; `nil` when both are zero.
    public init?(high: UInt64, low: UInt64) {
        guard high != 0 || low != 0 else { return nil }
        self.high = high
        self.low = low
    }

    var data: Data {
        var bytes = (high.bigEndian, low.bigEndian)
        return withUnsafeBytes(of: &bytes) { Data($0) }
    }
}

/// The id of a span: 8 bytes, not all zero (W3C Trace Context, section 3.2.2.4, "parent-id").
public struct SpanID: Hashable, Sendable {
    let value: UInt64

    /// An id of the given bytes, the most significant first; `nil` when all are zero.
    public init?(_ value: UInt64) {
        guard value != 0 else { return nil }
        self.value = value
    }

    var data: Data {
        var bytes = value.bigEndian
        return withUnsafeBytes(of: &bytes) { Data($0) }
    }
}

extension TraceID: CustomStringConvertible {
    /// 32 lowercase hexadecimal digits.
    public var description: String { high.hexadecimal + low.hexadecimal }
}

extension SpanID: CustomStringConvertible {
    /// 16 lowercase hexadecimal digits.
    public var description: String { value.hexadecimal }
}

extension UInt64 {
    fileprivate var hexadecimal: String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            for index in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: self >> (60 - 4 * UInt64(index))) & 0xf
                buffer[index] =
                    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
            }
            return 16
        }
    }
}

/// Draws ids that are never zero.
final class IdentifierGenerator: Sendable {
    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    init(_ generator: some RandomNumberGenerator & Sendable) {
        self.generator = Mutex(generator)
    }

    func traceID() -> TraceID {
        generator.withLock { generator in
            while true {
                if let id = TraceID(high: generator.next(), low: generator.next()) { return id }
            }
        }
    }

    func spanID() -> SpanID {
        generator.withLock { generator in
            while true {
                if let id = SpanID(generator.next()) { return id }
            }
        }
    }
}
