/// What is wrong with the bytes of an export request, and at which offset.
public struct WireError: Error, Equatable {
    /// The kinds of damage a scan tells apart.
    public enum Kind: Equatable, Sendable {
        /// A varint of more than ten bytes, or one whose value exceeds 64 bits.
        case overlongVarint
        /// The bytes end inside a tag, a value or a length-delimited field.
        case truncated
        /// A field number of 0, or one past 2^29 − 1.
        case invalidFieldNumber
        /// A wire type other than 0, 1, 2 and 5: groups are not used by OTLP.
        case invalidWireType(UInt8)
        /// A payload longer than the bound, in bytes.
        case tooLong(limit: Int)
    }

    /// What is wrong.
    public let kind: Kind

    /// Where, in bytes from the start of the payload.
    public let offset: Int

    /// Damage of the given kind at an offset in bytes from the payload's start.
    public init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}

extension WireError: CustomStringConvertible {
    /// One sentence for the person who reads the error.
    public var description: String {
        "\(reason) at byte \(offset)"
    }

    private var reason: String {
        switch kind {
        case .overlongVarint: "a varint is longer than 64 bits"
        case .truncated: "the message ends in the middle of a field"
        case .invalidFieldNumber: "a field number is out of range"
        case .invalidWireType(let type): "wire type \(type) is not used by OTLP"
        case .tooLong(let limit): "the payload is longer than \(limit) bytes"
        }
    }
}
